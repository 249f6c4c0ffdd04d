import { dirname, join, normalize } from 'node:path'

/** The files that each file imports, by path from the root. */
export type ImportGraph = Map<string, string[]>

const root = join(import.meta.dir, '..')
/** A type-only import counts: a reader of the file follows it, too. */
const importPattern = /^(?:import|export)\b[^'`;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

/** Every TypeScript file of the repository. Dot folders such as `.data` are left out. */
export async function sourceFiles(): Promise<string[]> {
  const files = await Array.fromAsync(new Bun.Glob('**/*.{ts,tsx}').scan({ cwd: root }))
  return files.filter((file) => !/(^|\/)(node_modules|dist)\//.test(file)).toSorted()
}

export const isTest = (file: string) => /\.(test|fixture)\.tsx?$|\/fixture\.ts$|^test\//.test(file)

export async function importGraph(files: string[]): Promise<ImportGraph> {
  const known = new Set(files)
  const imports = files.map(async (file): Promise<[string, string[]]> => {
    const text = await Bun.file(join(root, file)).text()
    const targets = [...text.matchAll(importPattern)].map((match) => resolve(file, match[1] ?? match[2] ?? match[3]!))
    return [file, targets.filter((target) => known.has(target))]
  })
  return new Map(await Promise.all(imports))
}

function resolve(file: string, specifier: string): string {
  const workspace = /^@douyin\/(\w+)$/.exec(specifier)?.[1]
  return workspace ? `${workspace}/${workspace}.ts` : normalize(join(dirname(file), specifier))
}

/**
 * The folder of a file: one of web-srv/src, one of its media/, or one at the top. Each file beside the folders of
 * web-srv/src counts as a folder, since app.ts imports all of them and all of them import services.ts.
 */
const folderOf = (file: string) =>
  /^web-srv\/src\/(?:media\/)?[^/]+/.exec(file)?.[0] ?? file.slice(0, file.indexOf('/'))

export function folderGraph(graph: ImportGraph): ImportGraph {
  const folders: ImportGraph = new Map()
  for (const [file, targets] of graph) {
    const folder = folderOf(file)
    const others = targets.map(folderOf).filter((other) => other !== folder)
    folders.set(folder, [...(folders.get(folder) ?? []), ...others])
  }
  return folders
}

/** Each circle once, as the list of its members with the first one repeated at the end. */
export function circles(graph: ImportGraph): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  const path: string[] = []

  function visit(node: string): void {
    const start = path.indexOf(node)
    if (start >= 0) found.push([...path.slice(start), node])
    if (start >= 0 || done.has(node)) return
    path.push(node)
    for (const target of new Set(graph.get(node))) visit(target)
    path.pop()
    done.add(node)
  }

  for (const node of graph.keys()) visit(node)
  return found
}
