/** Shows a heart animation at a point, and removes the element afterwards. */
export function burst(stage: HTMLElement, clientX: number, clientY: number): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const { left, top } = stage.getBoundingClientRect()
  const heart = document.createElement('span')
  heart.className = 'burst'
  heart.setAttribute('aria-hidden', 'true')
  heart.style.left = `${clientX - left}px`
  heart.style.top = `${clientY - top}px`
  heart.style.setProperty('--turn', `${Math.round(Math.random() * 40 - 20)}deg`)
  heart.addEventListener('animationend', (event) => event.target === heart && heart.remove())
  stage.append(heart)
}
