/** An element for a film: the one that the page came with, if it is this film and loads already, else a new one. */
export function filmElement(src: string): HTMLVideoElement {
  const begun = document.querySelector<HTMLVideoElement>('body > video')
  begun?.remove()
  if (!begun || begun.getAttribute('src') !== src || begun.error) return document.createElement('video')
  begun.hidden = false
  return begun
}
