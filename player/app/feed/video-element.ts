/** Returns the <video> that the server put into the page to start loading early, if it has this URL and did not fail;
 * otherwise a new element. */
export function videoElementFor(src: string): HTMLVideoElement {
  const preloaded = document.querySelector<HTMLVideoElement>('body > video')
  preloaded?.remove()
  if (!preloaded || preloaded.getAttribute('src') !== src || preloaded.error) return document.createElement('video')
  preloaded.hidden = false
  return preloaded
}
