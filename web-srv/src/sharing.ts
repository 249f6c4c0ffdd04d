import { countQuestion } from '@douyin/telemetry'
import { LRUCache } from 'lru-cache'
import type { Services } from './services.ts'

const maxAnswers = 500

type Method = (request: never) => Promise<unknown>

/**
 * The same services, but equal questions of one moment are asked once: an answer is shared for `maxAgeMs`, and dropped at
 * once when anything is changed through this process. So nobody sees a page older than what she did herself; what went
 * through another process shows `maxAgeMs` later. 0 shares nothing.
 */
export function sharing({ user, feed }: Services, maxAgeMs: number): Services {
  if (maxAgeMs === 0) return { user, feed }
  const answers = new LRUCache<string, Promise<unknown>>({ max: maxAnswers, ttl: maxAgeMs })

  function shared<Ask extends Method>(name: string, ask: Ask): Ask {
    return ((request: never) => {
      const key = `${name} ${JSON.stringify(request)}`
      const known = answers.get(key)
      countQuestion(name, known !== undefined)
      if (known) return known
      const answer = ask(request)
      answers.set(key, answer)
      // A failure is everybody's who asked meanwhile, and nobody's after that.
      answer.catch(() => answers.get(key) === answer && answers.delete(key))
      return answer
    }) as Ask
  }

  function changing<Ask extends Method>(ask: Ask): Ask {
    return (async (request: never) => {
      try {
        return await ask(request)
      } finally {
        answers.clear()
      }
    }) as Ask
  }

  return {
    user: {
      ...user,
      batchGetUserDetail: shared('users', user.batchGetUserDetail),
      updateUserInfo: changing(user.updateUserInfo),
      favoriteAction: changing(user.favoriteAction),
      relationAction: changing(user.relationAction),
    },
    feed: {
      ...feed,
      getVideos: shared('videos', feed.getVideos),
      createVideo: changing(feed.createVideo),
      deleteVideo: changing(feed.deleteVideo),
      addComment: changing(feed.addComment),
      commentAction: changing(feed.commentAction),
    },
  }
}
