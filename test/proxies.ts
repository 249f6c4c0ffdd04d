// The configurations of docs/proxies/. Each is started unchanged but for ports, file paths and the address of web-srv.
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'

export interface Ports {
  http: number
  https: number
  /** The address of web-srv, such as `127.0.0.1:8080`. */
  upstream: string
}

export interface Proxy {
  name: string
  program: string
  file: string
  /** The replacements in the file for a test. Each `from` must occur in it. */
  changes(ports: Ports, folder: string): [from: string, to: string][]
  command(file: string, folder: string): string[]
}

export const hostName = 'video.example.org'

export const proxies: Proxy[] = [
  {
    name: 'nginx',
    program: 'nginx',
    file: 'nginx.conf',
    changes: ({ http, https, upstream }, folder) => [
      ['listen 80;', `listen 127.0.0.1:${http};`],
      ['listen [::]:80;', ''],
      ['listen 443 ssl http2;', `listen 127.0.0.1:${https} ssl http2;`],
      ['listen [::]:443 ssl http2;', ''],
      ['server 127.0.0.1:8080;', `server ${upstream};`],
      ['/etc/ssl/video.example.org.crt', join(folder, 'crt')],
      ['/etc/ssl/video.example.org.key', join(folder, 'key')],
      ['http {', `http { access_log off; ${temporary(folder)}`],
    ],
    command: (file, folder) => [
      ...['nginx', '-c', file, '-p', folder, '-e', join(folder, 'log')],
      ...['-g', `daemon off; pid ${join(folder, 'pid')}; error_log ${join(folder, 'log')};`],
    ],
  },
  {
    name: 'Caddy',
    program: 'caddy',
    file: 'Caddyfile',
    changes: ({ http, https, upstream }, folder) => [
      [
        `${hostName} {`,
        `{\nadmin off\nhttp_port ${http}\nhttps_port ${https}\ndefault_bind 127.0.0.1\nstorage file_system ${folder}\n}\n` +
          `${hostName} {\ntls ${join(folder, 'crt')} ${join(folder, 'key')}`,
      ],
      ['reverse_proxy 127.0.0.1:8080', `reverse_proxy ${upstream}`],
    ],
    command: (file) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
  },
  {
    name: 'HAProxy',
    program: 'haproxy',
    file: 'haproxy.cfg',
    changes: ({ http, https, upstream }, folder) => [
      ['bind :80', `bind 127.0.0.1:${http}`],
      ['bind :443', `bind 127.0.0.1:${https}`],
      ['/etc/ssl/video.example.org.pem', join(folder, 'pem')],
      ['server web 127.0.0.1:8080', `server web ${upstream}`],
    ],
    command: (file) => ['haproxy', '-db', '-f', file],
  },
]

const temporary = (folder: string) =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join(' ')

/** Makes a self-signed certificate for the host name; returns it as text. */
export async function makeCertificate(folder: string): Promise<string> {
  // nginx reads the folder as its own user.
  await chmod(folder, 0o755)
  const [crt, key] = [join(folder, 'crt'), join(folder, 'key')]
  const result = Bun.spawnSync([
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${hostName}`, '-addext', `subjectAltName=DNS:${hostName}`, '-keyout', key, '-out', crt],
  ])
  if (!result.success) throw new Error(`openssl: ${result.stderr}`)
  const text = await Bun.file(crt).text()
  await Bun.write(join(folder, 'pem'), text + (await Bun.file(key).text()))
  return text
}

/** Starts a proxy with its configuration of the docs. */
export async function startProxy(
  { file, changes, command }: Proxy,
  ports: Ports,
  folder: string,
): Promise<Bun.Subprocess> {
  let text = await Bun.file(join(import.meta.dir, '../docs/proxies', file)).text()
  for (const [from, to] of changes(ports, folder)) {
    if (!text.includes(from)) throw new Error(`${file} has no longer: ${from}`)
    text = text.replace(from, () => to)
  }
  const changed = join(folder, file)
  await Bun.write(changed, text)
  const log = Bun.file(join(folder, 'out'))
  return Bun.spawn(command(changed, folder), { env: { ...process.env, HOME: folder }, stdout: log, stderr: log })
}
