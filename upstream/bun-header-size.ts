import http from 'node:http'

/** Sets the maximum size of a request line with its headers, for every server of this process. */
export function setMaxHeaderBytes(bytes: number): void {
  Object.assign(http, { maxHeaderSize: bytes })
}
