import { storedText } from './store.ts'

/** Who is signed in, as the browser remembers it; empty for a guest. */
export const token = storedText('douyin.token', '')
