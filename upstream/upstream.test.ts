import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { createPool } from 'mysql2'
import { poolSizes } from './mysql2.ts'

// A test here that fails after an update is good news: a work-around can go.
const table = await Bun.file(join(import.meta.dir, 'README.md')).text()

test('the README names the installed version of everything that is worked around', async () => {
  const manifests = await Promise.all(['package.json', 'web-srv/package.json'].map((path) => import(`../${path}`)))
  const installed = Object.assign({}, ...manifests.flatMap((one) => [one.dependencies, one.devDependencies]))
  const rows = [...table.matchAll(/^\| (\S+) (\d\S*) \|/gm)].map(([, name, version]) => [name!, version!] as const)
  expect(rows.length).toBeGreaterThan(20)
  expect(rows.filter(([name, version]) => installed[name] !== version)).toEqual([])
})

test('the README names every file of this folder, and no other', async () => {
  const files = await Array.fromAsync(new Bun.Glob('*.ts').scan(import.meta.dir))
  const patches = files.filter((file) => file !== 'upstream.ts' && !file.endsWith('.test.ts')).sort()
  const named = [...table.matchAll(/`([\w-]+\.ts)`[^|]*\|$/gm)].map(([, file]) => file!)
  expect([...new Set(named)].filter((file) => file !== 'parser.ts').sort()).toEqual(patches)
})

test('a grpc-js server ignores the option for its window', async () => {
  // In a process of its own, since proto/server.ts widens the windows of this one.
  const script = `
    import http2 from 'node:http2'
    import { Server, ServerCredentials } from '@grpc/grpc-js'
    const server = new Server({ 'grpc-node.flow_control_window': 1 << 20 })
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      http2.connect('http://127.0.0.1:' + port).on('remoteSettings', ({ initialWindowSize }) => {
        console.log(initialWindowSize)
        process.exit()
      })
    })`
  const child = Bun.spawn([process.execPath, '-e', script], { cwd: join(import.meta.dir, '..') })
  expect((await child.stdout.text()).trim()).toBe('65535')
})

test('the private lists of a mysql2 pool have the names that its size is read by', () => {
  const sizes = poolSizes(createPool({ host: 'localhost' })).map(([state, read]) => [state, read()])
  expect(sizes).toEqual([
    ['open', 0],
    ['free', 0],
    ['waiting', 0],
  ])
})
