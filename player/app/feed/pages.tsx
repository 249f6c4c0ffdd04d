import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { words } from '../language.ts'
import { clearCached } from '../pager.ts'
import { replacePath, samePathClicks } from '../router.ts'
import { loginPath } from '../session.ts'
import { Notice } from '../states.tsx'
import { useStore } from '../store.ts'
import { token } from '../token.ts'
import { ReelView } from './reel.tsx'
import { cacheReel, feedReel, followingReel, videoReel } from './reels.ts'

export function FeedPage(): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const reel = useMemo(feedReel, [sessionToken])
  const listing = useStore(reel.videos)
  const isEmpty = listing.items.length === 0
  const restart = () => {
    reel.index = 0
    void reel.videos.restart()
  }
  const clicks = useStore(samePathClicks)
  const handledClicks = useRef(clicks)
  useEffect(() => {
    if (clicks !== handledClicks.current) restart()
    handledClicks.current = clicks
  }, [clicks])
  return (
    <>
      <h1 class="hidden">{text.forYou}</h1>
      <ReelView
        key={sessionToken}
        reel={reel}
        end={
          <Notice
            icon="film"
            title={isEmpty ? text.feedEmpty : text.feedEnd}
            hint={isEmpty ? text.feedEmptyHint : text.feedEndHint}
          >
            {isEmpty ? (
              <a class="button primary" href="/upload">
                {text.upload}
              </a>
            ) : (
              <button type="button" class="button" onClick={restart}>
                {text.fromStart}
              </button>
            )}
          </Notice>
        }
      />
    </>
  )
}

export function FollowingPage(): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const reel = useMemo(followingReel, [sessionToken])
  const listing = useStore(reel.videos)
  if (!sessionToken) {
    return (
      <div class="slide last">
        <h1 class="hidden">{text.following}</h1>
        <Notice icon="following" title={text.followingGuest} hint={text.followingGuestHint}>
          <a class="button primary" href={loginPath()}>
            {text.signIn}
          </a>
        </Notice>
      </div>
    )
  }
  const isEmpty = listing.items.length === 0
  return (
    <>
      <h1 class="hidden">{text.following}</h1>
      <ReelView
        key={sessionToken}
        reel={reel}
        end={
          <Notice
            icon="following"
            title={isEmpty ? text.followingEmpty : text.feedEnd}
            hint={isEmpty ? text.followingEmptyHint : text.feedEndHint}
          >
            <a class="button" href="/">
              {text.forYou}
            </a>
          </Notice>
        }
      />
    </>
  )
}

export function VideoPage({ id }: { id: number }): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const reel = useMemo(() => videoReel(id), [id, sessionToken])
  const listing = useStore(reel.videos)
  const isGone = listing.state === 'end' && listing.items.length === 0
  // A missing video is not cached, so the next visit requests it again.
  useEffect(() => {
    if (isGone) clearCached(`reel:video:${id}`)
  }, [isGone])
  return (
    <>
      <h1 class="hidden">{listing.items[reel.index]?.title ?? text.name}</h1>
      <ReelView
        key={`${id} ${sessionToken}`}
        reel={reel}
        onShown={(video) => {
          cacheReel(reel, video.id)
          replacePath(`/v/${video.id}`)
        }}
        end={
          <Notice
            icon="film"
            title={isGone ? text.gone : text.feedEnd}
            hint={isGone ? text.goneHint : text.feedEndHint}
          >
            <a class="button" href="/">
              {text.forYou}
            </a>
          </Notice>
        }
      />
    </>
  )
}
