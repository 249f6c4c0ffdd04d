// `bun run sbom > sbom.json`: every package of the lockfile as a CycloneDX list, with its version and its hash.
import lockfile from '../bun.lock'
import { version } from '../package.json'

interface Component {
  type: 'library'
  'bom-ref': string
  name: string
  version: string
  purl: string
  hashes?: { alg: 'SHA-512'; content: string }[]
}

export function components(): Component[] {
  const found = Object.values(lockfile.packages).flatMap(([named, ...more]): Component[] => {
    const at = named.lastIndexOf('@')
    const [name, version] = [named.slice(0, at), named.slice(at + 1)]
    // The workspaces are ours, not somebody's package.
    if (version.startsWith('workspace:')) return []
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
    const integrity = more.find((one) => typeof one === 'string' && one.startsWith('sha512-'))
    const content = Buffer.from(String(integrity ?? '').slice(7), 'base64').toString('hex')
    return [
      {
        type: 'library',
        'bom-ref': purl,
        name,
        version,
        purl,
        ...(content && { hashes: [{ alg: 'SHA-512', content }] }),
      },
    ]
  })
  return [...new Map(found.map((one) => [one.purl, one])).values()].sort((a, b) => a.purl.localeCompare(b.purl))
}

export const bom = () => ({
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: { type: 'application', name: 'douyin', version },
    tools: { components: [{ type: 'application', name: 'bun', version: Bun.version }] },
  },
  components: components(),
})

if (import.meta.main) console.log(JSON.stringify(bom(), null, 2))
