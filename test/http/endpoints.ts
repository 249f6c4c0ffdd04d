import type { Parameters } from './client.ts'

export interface Endpoint {
  method: 'GET' | 'POST'
  /** The path below /douyin, without a trailing slash. */
  path: string
  login: 'none' | 'optional' | 'required'
  /** Valid parameters for these ids of a user and of one of that user's videos. */
  parameters(ids: { user: number; video: number }): Parameters
  /** The key of the returned list, if any. */
  list?: 'video_list' | 'comment_list' | 'user_list' | 'message_list' | 'conversation_list' | 'unread_list'
}

const newName = () => `new ${crypto.randomUUID().slice(0, 13)}`
const act = (name: string, id: number) => ({ [name]: id, action_type: 2 })

/** Endpoints that cannot be tested like the others, each with the reason. */
export const otherEndpoints = [
  'POST /publish/action', // needs a file
  'POST /publish/delete', // succeeds once
  'POST /user/password', // ends the token
  'POST /user/logout', // ends the token
  'GET /limits', // has keys with the word password, which the client rejects
]

/** All other endpoints, with parameters in the query. general.test.ts compares them with the routes. */
export const endpoints: Endpoint[] = [
  { method: 'GET', path: '/feed', login: 'optional', parameters: () => ({}), list: 'video_list' },
  { method: 'POST', path: '/user/register', login: 'none', parameters: () => named(newName()) },
  { method: 'POST', path: '/user/login', login: 'none', parameters: () => named('somebody') },
  { method: 'GET', path: '/user', login: 'required', parameters: ({ user }) => ({ user_id: user }) },
  ofUser('/publish/list', 'video_list'),
  { method: 'POST', path: '/favorite/action', login: 'required', parameters: ({ video }) => act('video_id', video) },
  ofUser('/favorite/list', 'video_list'),
  {
    method: 'POST',
    path: '/comment/action',
    login: 'required',
    parameters: ({ video }) => ({ video_id: video, action_type: 1, comment_text: 'nice' }),
  },
  {
    method: 'GET',
    path: '/comment/list',
    login: 'optional',
    parameters: ({ video }) => ({ video_id: video }),
    list: 'comment_list',
  },
  { method: 'POST', path: '/relation/action', login: 'required', parameters: ({ user }) => act('to_user_id', user) },
  ofUser('/relation/follow/list', 'user_list'),
  ofUser('/relation/follower/list', 'user_list'),
  { ...ofUser('/relation/friend/list', 'user_list'), login: 'required' },
  {
    method: 'POST',
    path: '/message/action',
    login: 'required',
    parameters: ({ user }) => ({ to_user_id: user, action_type: 1, content: 'hello' }),
  },
  {
    method: 'GET',
    path: '/message/chat',
    login: 'required',
    parameters: ({ user }) => ({ to_user_id: user }),
    list: 'message_list',
  },
  { method: 'GET', path: '/feed/following', login: 'required', parameters: () => ({}), list: 'video_list' },
  { method: 'GET', path: '/video', login: 'optional', parameters: ({ video }) => ({ video_id: video }) },
  { method: 'GET', path: '/profile', login: 'optional', parameters: ({ user }) => ({ user_id: user }) },
  {
    method: 'POST',
    path: '/message/read',
    login: 'required',
    parameters: ({ user }) => ({ to_user_id: user, time: 1 }),
  },
  {
    method: 'GET',
    path: '/message/conversation/list',
    login: 'required',
    parameters: () => ({}),
    list: 'conversation_list',
  },
  { method: 'GET', path: '/message/unread', login: 'required', parameters: () => ({}), list: 'unread_list' },
  { method: 'POST', path: '/user/update', login: 'required', parameters: () => ({ signature: 'I film birds' }) },
]

export const named = (username: string) => ({ username, password: 'A-pass-word 9' })

function ofUser(path: string, list: 'video_list' | 'user_list'): Endpoint {
  return { method: 'GET', path, login: 'optional', parameters: ({ user }) => ({ user_id: user }), list }
}
