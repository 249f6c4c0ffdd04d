import type { JSX } from 'preact'
import { Avatar } from '../avatar.tsx'
import { shortTime, words } from '../language.ts'
import { Failed, Notice } from '../states.tsx'
import { useStore } from '../store.ts'
import type { Conversation } from '../types.ts'
import { inboxStore, loadInbox } from './inbox.ts'
import { ThreadView } from './thread-view.tsx'

/** The list of conversations with the open one beside it, or in its place on phones. */
export function ChatPage({ otherId }: { otherId?: number }): JSX.Element {
  const text = useStore(words)
  return (
    <div class={`chat ${otherId ? 'open' : ''}`}>
      <section class="chat-list" aria-label={text.chat}>
        {otherId ? <h2>{text.chat}</h2> : <h1>{text.chat}</h1>}
        <Conversations openId={otherId} />
      </section>
      {otherId ? (
        <ThreadView key={otherId} otherId={otherId} />
      ) : (
        <div class="talk only-wide">
          <Notice icon="chat" title={text.chooseChat} />
        </div>
      )}
    </div>
  )
}

function Conversations({ openId }: { openId: number | undefined }): JSX.Element {
  const text = useStore(words)
  const { state, conversations, problem } = useStore(inboxStore)
  if (state === 'failed' && conversations.length === 0)
    return <Failed problem={problem} onRetry={() => void loadInbox()} />
  if (state === 'loading') {
    return (
      <ul aria-hidden="true">
        {[1, 2, 3, 4].map((i) => (
          <li class="conversation" key={i}>
            <span class="avatar skeleton" />
            <span class="person-text">
              <span class="skeleton line short" />
              <span class="skeleton line" />
            </span>
          </li>
        ))}
      </ul>
    )
  }
  if (conversations.length === 0) return <Notice icon="chat" title={text.noChats} hint={text.noChatsHint} />
  return (
    <ul>
      {conversations.map((conversation) => (
        <Row key={conversation.id} conversation={conversation} isOpen={conversation.id === openId} />
      ))}
    </ul>
  )
}

function Row({ conversation, isOpen }: { conversation: Conversation; isOpen: boolean }): JSX.Element {
  const text = useStore(words)
  const { id, name, message, msgType, unread_count, last_time } = conversation
  return (
    <li>
      <a class="conversation" href={`/chat/${id}`} aria-current={isOpen ? 'page' : undefined}>
        <Avatar user={conversation} size={48} />
        <span class="person-text">
          <strong dir="auto">{name}</strong>
          <span class="quiet" dir="auto">
            {msgType === 1 ? text.you : ''}
            {message}
          </span>
        </span>
        <span class="conversation-side">
          <time class="quiet">{last_time ? shortTime(last_time) : ''}</time>
          {unread_count > 0 && (
            <span class="count">
              <span aria-hidden="true">{unread_count > 99 ? '99+' : unread_count}</span>
              <span class="hidden">{text.unread(unread_count)}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  )
}
