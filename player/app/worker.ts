/** So that the player opens without a network too; browsers allow it on https and localhost only. */
export function startWorker(): void {
  if (!('serviceWorker' in navigator)) return
  // What the visitor waits for comes first.
  const register = () => void navigator.serviceWorker.register('/worker.js').catch(() => {})
  if (document.readyState === 'complete') register()
  else addEventListener('load', register)
}
