import { store, storedText } from './store.ts'

/** The setting of the viewer, `on` or `off`, saved in the browser. Empty, which is silent, until the first choice. */
export const sound = storedText('douyin.sound', '')
/** True while the autoplay policy of the browser blocks sound, until the next click or key. */
export const soundBlocked = store(false)
/** True on the first video of a visit: a viewer who has not chosen is told that there is sound. */
export const soundHint = store(true)

export const isSilent = () => sound.value !== 'on' || soundBlocked.value

export function toggleSound(): void {
  if (isSilent()) {
    soundBlocked.set(false)
    sound.set('on')
  } else sound.set('off')
}

export function startSound(): void {
  const unblock = () => soundBlocked.set(false)
  // After the handlers of the page. If these saw sound that has just been unblocked, a button that turns it on would
  // turn it off.
  for (const kind of ['click', 'keyup']) addEventListener(kind, unblock)
}
