import { videoPage } from '../lists.ts'
import { clearCached } from '../pager.ts'
import { navigate, path } from '../router.ts'
import { refreshViewer, viewer } from '../session.ts'
import type { Video } from '../types.ts'

/** How many of the newest videos are searched for the upload. */
const maxSearched = 10

async function newestWorks(): Promise<Video[]> {
  if (!viewer.value) await refreshViewer()
  const me = viewer.value
  return me ? (await videoPage('/publish/list/', { user_id: me.id }, '', maxSearched)).items : []
}

/** The id of the viewer's newest video, 0 if there is none. */
export const newestWork = async () => Math.max(0, ...(await newestWorks()).map((video) => video.id))

/** Returns whether a video with this title has been published since. */
export async function publishedSince(sent: { title: string; newestBefore: number }): Promise<boolean> {
  return (await newestWorks()).some((video) => video.id > sent.newestBefore && video.title === sent.title)
}

/** Opens the new video if the viewer is still on the upload page. The answer of the server has no id, but the newest
 * video is the first in the list. */
export async function showPublished(): Promise<void> {
  clearCached()
  void refreshViewer().catch(() => {})
  if (path.value !== '/upload') return
  const [video] = await newestWorks().catch(() => [])
  navigate(video ? `/v/${video.id}` : '/me', { replace: true })
}
