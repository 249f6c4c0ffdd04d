import { expect, test } from 'bun:test'
import { makePage, withViewerFlags } from './page-bytes.ts'

const author = (id: number) => ({ id, name: `"is_follow":false \\" 名 ${id}`, is_follow: false, work_count: 1 })
const video = (id: number, by: number) => ({
  id,
  author: author(by),
  is_favorite: false,
  title: 'a "is_favorite":false 人 "',
})
const fields = { video_list: [video(1, 11), video(2, 12), video(3, 11)], next_time: 7 }
const nobody = { liked: new Set<number>(), followed: new Set<number>() }

const read = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))
const guests = { status_code: 0, status_msg: 'success', ...fields }

test('a guest’s page is the JSON of its fields', () => {
  expect(read(makePage(fields).bytes)).toEqual(guests)
  expect(read(withViewerFlags(makePage(fields), nobody))).toEqual(guests)
})

test('a viewer’s page has the flags of that viewer alone, whatever its texts contain', () => {
  const page = makePage(fields)
  const viewerPage = read(withViewerFlags(page, { ...nobody, liked: new Set([2]), followed: new Set([11]) }))
  expect(viewerPage.video_list.map((one: { is_favorite: boolean }) => one.is_favorite)).toEqual([false, true, false])
  expect(viewerPage.video_list.map((one: (typeof fields.video_list)[0]) => one.author.is_follow)).toEqual([
    true,
    false,
    true,
  ])
  expect(viewerPage.video_list[1].title).toBe(fields.video_list[1]?.title)
  expect(read(page.bytes)).toEqual(guests)
})

test('a page may have no list, or an empty one', () => {
  const one = makePage({ user: author(4) })
  expect(read(withViewerFlags(one, { ...nobody, followed: new Set([4]) })).user.is_follow).toBe(true)
  expect(read(withViewerFlags(makePage({ user_list: [] }), nobody)).user_list).toEqual([])
})
