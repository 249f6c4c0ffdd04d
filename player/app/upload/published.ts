import { ApiError, post } from '../api.ts'
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

/** The ids of the videos with this title that have been published since. The answer to an upload names none. */
export async function publishedSince(sent: { title: string; newestBefore: number }): Promise<number[]> {
  const works = await newestWorks()
  return works.filter(({ id, title }) => id > sent.newestBefore && title === sent.title).map(({ id }) => id)
}

/** Opens the new video if the viewer is still on the upload page. */
export function showPublished(id: number | undefined): void {
  refreshLists()
  if (path.value === '/upload') navigate(id ? `/v/${id}` : '/me', { replace: true })
}

export async function deletePublished(id: number): Promise<void> {
  await post('/publish/delete/', { video_id: id }).catch((error) => {
    if (!(error instanceof ApiError) || error.kind !== 'missing') throw error
  })
  refreshLists()
  if (path.value === `/v/${id}`) navigate('/upload', { replace: true })
}

function refreshLists(): void {
  clearCached()
  void refreshViewer().catch(() => {})
}
