import { useLayoutEffect } from 'preact/hooks'

/** Registers single-key shortcuts for the whole page. They are off in text fields and while a dialog is open. */
export function useKeys(actions: Record<string, () => void>): void {
  // useEffect runs after the next paint, and a key pressed before that would be lost.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (document.querySelector('dialog[open]')) return
      const target = event.target instanceof Element ? event.target : null
      const field = target?.closest('input, textarea, select, [contenteditable]')
      if (field && !(field instanceof HTMLInputElement && field.type === 'range')) return
      if (event.key === ' ' && target?.closest('button, a')) return
      if (event.key.startsWith('Arrow') && (event.key === 'ArrowLeft' || event.key === 'ArrowRight') && field) return
      const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (!action) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  })
}
