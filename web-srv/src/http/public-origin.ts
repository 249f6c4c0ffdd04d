import type { BlockList } from 'node:net'
import { isProduction, type Log } from '@douyin/process'
import { type FixUrl, requestUrlFixer } from './request-url.ts'
import { unlistedProxyDetector } from './unlisted-proxy.ts'

interface Settings {
  PUBLIC_BASE_URL?: string
  TRUSTED_PROXIES: BlockList
}

/** Makes the URL fixer for these settings. Logs them at start, and warns once if a request does not fit them. */
export function publicOrigin(
  { PUBLIC_BASE_URL: base, TRUSTED_PROXIES: proxies }: Settings,
  log: Pick<Log, 'info' | 'warn'>,
  inProduction = isProduction,
): FixUrl {
  log.info(
    { base: base ?? 'the host that was called' },
    base
      ? 'URLs in answers begin with PUBLIC_BASE_URL'
      : 'URLs in answers begin with the host that was called, if it is private or a proxy in TRUSTED_PROXIES passes it; else they are paths such as /static/…',
  )
  let hasWarned = false
  const onUnknown = (host: string) => {
    if (hasWarned || !inProduction) return
    hasWarned = true
    log.warn(
      { host: host.slice(0, 100) },
      'called by a public name: the URLs in answers are paths, which the app cannot use; set PUBLIC_BASE_URL',
    )
  }
  const trustedProxies = proxies.rules.length > 0 ? proxies : undefined
  const fixUrl = requestUrlFixer(base ? { any: true } : { proxies: trustedProxies, onUnknown })
  if (!inProduction) return fixUrl
  const detectProxy = unlistedProxyDetector(proxies, log)
  return (request, peerOf) => {
    detectProxy(request, peerOf)
    fixUrl(request, peerOf)
  }
}
