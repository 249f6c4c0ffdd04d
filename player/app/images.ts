/** Hides images that failed to load, since browsers draw an icon in their place, and loads them again when the browser
 * is back online. */
export function startImages(): void {
  const mark = ({ target, type }: Event) => {
    if (target instanceof HTMLImageElement) target.toggleAttribute('data-failed', type === 'error')
  }
  // Neither event bubbles, and a load event does not even pass through the window.
  for (const type of ['error', 'load']) document.addEventListener(type, mark, { capture: true })
  addEventListener('online', () => {
    const failed = document.querySelectorAll<HTMLImageElement>('img[data-failed]')
    for (const image of failed) image.setAttribute('src', image.src)
  })
}
