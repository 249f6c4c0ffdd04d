import { expect, test } from 'bun:test'
import { basename } from 'node:path'
import { circles, folderGraph, type ImportGraph, importGraph, isTest, sourceFiles } from './import-graph.ts'

const files = await sourceFiles()
const graph = await importGraph(files)
/** Tests and tools import any folder. */
const inService = (file: string) => !isTest(file) && !/^(bench|containers|dev)\//.test(file)
const serviceGraph = new Map([...graph].filter(([file]) => inService(file)))
const withImport = (base: ImportGraph, from: string, to: string) => new Map(base).set(from, [...base.get(from)!, to])

test('no file imports itself through others, not even for a type', () => {
  expect(graph.size).toBeGreaterThan(500)
  expect(circles(graph)).toEqual([])
})

test('no folder imports itself through others, not even for a type', () => {
  const folders = folderGraph(serviceGraph)
  expect([...folders.keys()]).toContain('web-srv/src/media/upload')
  expect(circles(folders)).toEqual([])
})

test('a circle between files or folders is found', () => {
  const app = 'web-srv/src/app.ts'
  expect(circles(withImport(graph, 'web-srv/src/http/envelope.ts', app)).flat()).toContain(app)
  const [from, to] = ['web-srv/src/http/drain.ts', 'web-srv/src/auth/signing-keys.ts']
  expect(circles(withImport(serviceGraph, from, to))).toEqual([])
  const found = circles(folderGraph(withImport(serviceGraph, from, to))).flat()
  expect(found).toContain('web-srv/src/http')
  expect(found).toContain('web-srv/src/auth')
})

test('at most three files share a base name', () => {
  const named = files.filter((file) => !isTest(file) && !file.includes('.gen.'))
  const groups = Map.groupBy(named, (file) => basename(file).replace(/\.(d\.)?tsx?$/, ''))
  expect([...groups].filter(([, group]) => group.length > 3)).toEqual([])
})
