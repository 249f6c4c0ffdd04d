import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The secret that signs tokens, stored in the folder so that tokens stay valid after a restart. */
export function keptSecret(dir: string): string {
  const file = join(dir, 'jwt-secret')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    // The file appears whole or not at all: half a secret would be used forever.
    writeFileSync(`${file}.new`, randomBytes(48).toString('base64url'), { mode: 0o600 })
    linkSync(`${file}.new`, file)
    rmSync(`${file}.new`)
    return readFileSync(file, 'utf8')
  }
}
