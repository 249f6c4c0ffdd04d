/** An origin so long that Elysia finds the path after it. A short one gets a zero-padded port. */
export function padOrigin(origin: string): string {
  if (origin.length >= 'http://a.bc'.length) return origin
  const { protocol, hostname, port } = new URL(origin)
  return `${protocol}//${hostname}:${(port || (protocol === 'https:' ? '443' : '80')).padStart(5, '0')}`
}
