import { type JSX, render } from 'preact'
import { useEffect } from 'preact/hooks'
import { LoginPage } from './account/login-page.tsx'
import { ChatPage } from './chat/chat-page.tsx'
import { startInbox } from './chat/inbox.ts'
import { FeedPage, FollowingPage, VideoPage } from './feed/pages.tsx'
import { feedReel } from './feed/reels.ts'
import { startImages } from './images.ts'
import { startLanguage, words } from './language.ts'
import { clearCached } from './pager.ts'
import { MyPage, ProfilePage } from './profile/profile-page.tsx'
import { onForwardNavigation, path, startRouter } from './router.ts'
import { startSession } from './session.ts'
import { Shell } from './shell.tsx'
import { startSound } from './sound.ts'
import { Notice } from './states.tsx'
import { useStore } from './store.ts'
import { startTheme } from './theme.ts'
import { token } from './token.ts'
import { UploadPage } from './upload/upload-page.tsx'
import { startWorker } from './worker.ts'

interface View {
  title: string
  page: JSX.Element
  isReel?: boolean
  /** The page is as high as the window, and parts of it scroll. */
  isFixed?: boolean
}

function viewOf(currentPath: string): View {
  const text = words.value
  const [, first = '', second = ''] = currentPath.split('/')
  const id = /^\d+$/.test(second) ? Number(second) : 0
  if (first === '') return { title: text.forYou, page: <FeedPage />, isReel: true }
  if (first === 'following') return { title: text.following, page: <FollowingPage />, isReel: true }
  if (first === 'v' && id) return { title: text.name, page: <VideoPage key={id} id={id} />, isReel: true }
  if (first === 'u' && id) return { title: text.name, page: <ProfilePage id={id} /> }
  if (first === 'login') return { title: text.signIn, page: <LoginPage /> }
  const isOwn = first === 'me' || first === 'upload' || first === 'chat'
  if (isOwn && !token.value) return { title: text.signIn, page: <LoginPage /> }
  if (first === 'me') return { title: text.me, page: <MyPage /> }
  if (first === 'upload') return { title: text.upload, page: <UploadPage /> }
  if (first === 'chat') return { title: text.chat, page: <ChatPage {...(id ? { otherId: id } : {})} />, isFixed: true }
  return { title: text.gone, page: <Notice icon="film" title={text.gone} hint={text.goneHint} /> }
}

function App(): JSX.Element {
  const currentPath = useStore(path)
  useStore(words)
  useStore(token)
  const { title, page, isReel = false, isFixed = false } = viewOf(currentPath)
  useEffect(() => {
    document.title = title === words.value.name ? title : `${title} · ${words.value.name}`
  }, [title])
  return (
    <Shell path={currentPath} isReel={isReel} isFixed={isFixed}>
      {page}
    </Shell>
  )
}

startTheme()
startLanguage()
startRouter()
// The first request starts before anything is rendered.
if (path.value === '/') void feedReel().videos.more()
startSession()
startInbox()
startSound()
startImages()
onForwardNavigation((to) => {
  const userId = /^\/u\/(\d+)/.exec(to)?.[1]
  if (userId || to === '/me') clearCached(userId ? `grid:${userId}:` : 'grid:')
})
startWorker()
const root = document.getElementById('app')
if (root) render(<App />, root)
