// `bun run sbom > sbom.json`: all packages of the lockfile as a CycloneDX list, with versions and hashes.
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
  const all = Object.values(lockfile.packages).flatMap(([nameAtVersion, ...rest]): Component[] => {
    const at = nameAtVersion.lastIndexOf('@')
    const [name, version] = [nameAtVersion.slice(0, at), nameAtVersion.slice(at + 1)]
    // The workspaces are our own code, not third-party packages.
    if (version.startsWith('workspace:')) return []
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
    const integrity = rest.find((value) => typeof value === 'string' && value.startsWith('sha512-'))
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
  return [...new Map(all.map((component) => [component.purl, component])).values()].sort((a, b) =>
    a.purl.localeCompare(b.purl),
  )
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
