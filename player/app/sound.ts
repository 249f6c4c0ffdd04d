import { store, storedText } from './store.ts'

/** What the viewer wants: `on` or `off`; remembered. */
export const sound = storedText('douyin.sound', 'off')
/** The browser plays no sound before the first click or key; until then the wish waits. */
export const soundWaits = store(false)

export const isSilent = () => sound.value !== 'on' || soundWaits.value

export function toggleSound(): void {
  if (isSilent()) {
    soundWaits.set(false)
    sound.set('on')
  } else sound.set('off')
}

export function startSound(): void {
  const awake = () => soundWaits.set(false)
  for (const kind of ['pointerup', 'keydown']) addEventListener(kind, awake, { capture: true })
}
