import { invalid, maxIds, type RowCursor } from '@douyin/proto'
import * as v from 'valibot'
import { int32 } from './integers.ts'

const maxPage = 100
/** Videos of one page of a feed. */
export const feedPage = 30

/** The camp asks for a list without a page; who gives either of these gets one page. */
export const pageFields = {
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, `limit must be a whole number from 1 to ${maxPage}`),
      v.transform(Number),
      v.number(),
      v.integer(),
      v.minValue(1, `limit must be a whole number from 1 to ${maxPage}`),
      v.maxValue(maxPage, `limit must be a whole number from 1 to ${maxPage}`),
      int32(),
    ),
  ),
  cursor: v.optional(v.pipe(v.string(), v.description('next_cursor of the page before; empty for the first'))),
}

interface NextPage {
  next_cursor?: string
}

export interface PageInput {
  limit?: number | undefined
  cursor?: string | undefined
}

/** The page size: the newest 1000 for who asks for no page. */
export function pageSize({ limit, cursor }: PageInput): number {
  return limit ?? (cursor === undefined ? maxIds : maxPage)
}

/** `cursor` says of which list it is, so that one of another list is refused instead of skipping something. */
export function readCursor(list: string, { cursor }: PageInput): RowCursor | undefined {
  if (!cursor) return undefined
  const [, of, time, id] = /^([\w-]+)\.(\d{1,15})\.(\d{1,10})$/.exec(cursor) ?? []
  if (of !== list) throw invalid('this cursor is of another list')
  return { time: Number(time), id: Number(id) }
}

/**
 * `next_cursor`, what to send as `cursor` for what comes after this row, "" when nothing does; and nothing at all for who
 * asked for no page: the camp's answers keep the camp's keys.
 */
export function nextCursor(list: string, wanted: PageInput, row: Partial<RowCursor> | null | undefined): NextPage {
  if (!isPaged(wanted)) return {}
  return { next_cursor: row ? `${list}.${row.time ?? 0}.${row.id ?? 0}` : '' }
}

export const isPaged = ({ limit, cursor }: PageInput) => limit !== undefined || cursor !== undefined
