import { storedText } from './store.ts'

/** The session token, saved in the browser; empty for a guest. */
export const token = storedText('douyin.token', '')
