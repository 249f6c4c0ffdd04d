import { store, storedText } from './store.ts'

/** The setting of the viewer, `on` or `off`, saved in the browser. */
export const sound = storedText('douyin.sound', 'off')
/** True while the autoplay policy of the browser blocks sound, until the first click or key. */
export const soundBlocked = store(false)

export const isSilent = () => sound.value !== 'on' || soundBlocked.value

export function toggleSound(): void {
  if (isSilent()) {
    soundBlocked.set(false)
    sound.set('on')
  } else sound.set('off')
}

export function startSound(): void {
  const unblock = () => soundBlocked.set(false)
  for (const kind of ['pointerup', 'keydown']) addEventListener(kind, unblock, { capture: true })
}
