import { type JSX, render } from 'preact'
import { useEffect } from 'preact/hooks'
import { LoginPage } from './account/page.tsx'
import { startInbox } from './chat/inbox.ts'
import { ChatPage } from './chat/page.tsx'
import { FeedPage, FollowingPage, VideoPage } from './feed/pages.tsx'
import { feedReel } from './feed/reels.ts'
import { startLanguage, words } from './language.ts'
import { forget } from './pager.ts'
import { MyPage, ProfilePage } from './profile/page.tsx'
import { path, startRouter, whenMoving } from './router.ts'
import { startSession } from './session.ts'
import { Shell } from './shell.tsx'
import { startSound } from './sound.ts'
import { Notice } from './states.tsx'
import { useStore } from './store.ts'
import { startTheme } from './theme.ts'
import { token } from './token.ts'
import { UploadPage } from './upload/page.tsx'
import { startWorker } from './worker.ts'

interface View {
  title: string
  page: JSX.Element
  isReel?: boolean
  /** As high as the window; parts of it scroll. */
  isFixed?: boolean
}

function viewOf(at: string): View {
  const text = words.value
  const [, first = '', second = ''] = at.split('/')
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
  const at = useStore(path)
  useStore(words)
  useStore(token)
  const { title, page, isReel = false, isFixed = false } = viewOf(at)
  useEffect(() => {
    document.title = title === words.value.name ? title : `${title} · ${words.value.name}`
  }, [title])
  return (
    <Shell path={at} isReel={isReel} isFixed={isFixed}>
      {page}
    </Shell>
  )
}

startTheme()
startLanguage()
startRouter()
// On its way before all else.
if (path.value === '/') void feedReel().videos.more()
startSession()
startInbox()
startSound()
whenMoving((to) => {
  const userId = /^\/u\/(\d+)/.exec(to)?.[1]
  if (userId || to === '/me') forget(userId ? `grid:${userId}:` : 'grid:')
})
startWorker()
const root = document.getElementById('app')
if (root) render(<App />, root)
