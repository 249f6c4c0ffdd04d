import type { Reason, Values } from '@douyin/proto'

/** The sentences of one language: one for each reason of a failure. */
export type Catalogue = { readonly [R in Reason]: (values: Values<R>) => string }
