import { videoPage } from '../lists.ts'
import { forget } from '../pager.ts'
import { navigate, path } from '../router.ts'
import { refreshViewer, viewer } from '../session.ts'
import type { Video } from '../types.ts'

/** How many of the newest to look through for one's own upload. */
const looked = 10

async function newestWorks(): Promise<Video[]> {
  if (!viewer.value) await refreshViewer()
  const me = viewer.value
  return me ? (await videoPage('/publish/list/', { user_id: me.id }, '', looked)).items : []
}

/** The id of the viewer's newest video, 0 if she has none. */
export const newestWork = async () => Math.max(0, ...(await newestWorks()).map((video) => video.id))

/** Has a video of this title been published since? */
export async function publishedSince(sent: { title: string; newestBefore: number }): Promise<boolean> {
  return (await newestWorks()).some((video) => video.id > sent.newestBefore && video.title === sent.title)
}

/** Leads to the new video whoever still waits for it; the server does not tell its id, but lists it first. */
export async function showPublished(): Promise<void> {
  forget()
  void refreshViewer().catch(() => {})
  if (path.value !== '/upload') return
  const [video] = await newestWorks().catch(() => [])
  navigate(video ? `/v/${video.id}` : '/me', { replace: true })
}
