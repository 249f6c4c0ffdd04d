import { makeClip } from '../dev/clips.ts'
import { api, ok } from '../test/api.ts'
import { makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'

const videos = 30
const warmUp = 200
const measured = 500

/** The median time in milliseconds of a feed page of 30 videos. The pages are requested one after another. */
export async function pageMs(base: string): Promise<number> {
  const { get, publish, register } = api(base)
  const folder = await makeFolder()
  try {
    const person = await register('page')
    const clip = Bun.file(await makeClip(folder, 0))
    const published = Array.from({ length: videos }, (_, i) => publish(person, `video ${i}`, clip).then(ok))
    await Promise.all(published)
  } finally {
    await removeFolder(folder)
  }
  const times: number[] = []
  for (let i = 0; i < warmUp + measured; i++) {
    const startMs = performance.now()
    const { video_list } = ok(await get('/douyin/feed/'))
    times.push(performance.now() - startMs)
    if (video_list.length !== videos) throw new Error(`a page of ${video_list.length} videos`)
  }
  return times.slice(warmUp).sort((a, b) => a - b)[measured >> 1]!
}
