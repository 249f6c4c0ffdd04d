import { encodeFailure, Failure, maxIds, type RowCursor } from '@douyin/proto'
import * as v from 'valibot'
import { int32 } from './integers.ts'

const maxPageSize = 100
/** Number of videos on a page of a feed. */
export const feedPageSize = 30

const message = encodeFailure(new Failure('NOT_WHOLE_NUMBER', { field: 'limit', min: 1, max: maxPageSize }))

/** The camp's clients send neither and get the whole list. A request with either parameter gets one page. */
export const pageFields = {
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, message),
      v.transform(Number),
      v.number(),
      v.integer(),
      v.minValue(1, message),
      v.maxValue(maxPageSize, message),
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

/** The page size. A request without paging gets the newest 1000 rows. */
export function pageSize({ limit, cursor }: PageInput): number {
  return limit ?? (cursor === undefined ? maxIds : maxPageSize)
}

/** A cursor names its list, so a cursor of another list is rejected instead of skipping rows. */
export function readCursor(list: string, { cursor }: PageInput): RowCursor | undefined {
  if (!cursor) return undefined
  const [, cursorList, time, id] = /^([\w-]+)\.(\d{1,15})\.(\d{1,10})$/.exec(cursor) ?? []
  if (cursorList !== list) throw new Failure('CURSOR_OF_OTHER_LIST')
  return { time: Number(time), id: Number(id) }
}

/**
 * `next_cursor`: the `cursor` for the rows after this row, or "" if there are none. Without paging the key is missing,
 * since responses to the camp's clients have only the camp's keys.
 */
export function nextCursor(list: string, input: PageInput, row: Partial<RowCursor> | null | undefined): NextPage {
  if (!isPaged(input)) return {}
  return { next_cursor: row ? `${list}.${row.time ?? 0}.${row.id ?? 0}` : '' }
}

export const isPaged = ({ limit, cursor }: PageInput) => limit !== undefined || cursor !== undefined
