import * as v from 'valibot'

/** The width of an integer. Without it generated clients in Java, Go and C# read a time in ms into 32 bits. */
export const int32 = <Input extends number>() => v.metadata<Input, { format: 'int32' }>({ format: 'int32' })
export const int64 = <Input extends number>() => v.metadata<Input, { format: 'int64' }>({ format: 'int64' })
