/** Registers the service worker, with which the player opens offline. Browsers allow it on https and localhost only. */
export function startWorker(): void {
  if (!('serviceWorker' in navigator)) return
  // After the page has loaded, so that the registration does not compete with it.
  const register = () => void navigator.serviceWorker.register('/worker.js').catch(() => {})
  if (document.readyState === 'complete') register()
  else addEventListener('load', register)
}
