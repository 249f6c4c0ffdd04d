import { join } from 'node:path'

export interface Language {
  /** The program that compiles or runs the client, unless it is always installed. */
  needs?: string
  generator: string
  properties: string
  /** The file of the user's day, and its path in the client's folder. */
  day: { file: string; at: string }
  /** Commands in the client's folder that install its dependencies and compile client and day. */
  build: string[][]
  run: string[]
}

const root = join(import.meta.dir, '..', '..')
const tsc = [join(root, 'node_modules/.bin/tsc'), '--noEmit', '--strict', '--skipLibCheck']
const bunTypes = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'bun']

/** Clients of openapi-generator with its default options, for its most popular languages. */
export const languages: Record<string, Language> = {
  TypeScript: {
    generator: 'typescript-fetch',
    properties: '',
    day: { file: 'day.ts', at: 'day.ts' },
    build: [[...tsc, ...bunTypes, '--target', 'esnext', '--module', 'preserve', 'day.ts']],
    run: [process.execPath, 'day.ts'],
  },
  Python: {
    needs: 'python3',
    generator: 'python',
    properties: 'packageName=douyin',
    day: { file: 'day.py', at: 'day.py' },
    build: [
      ['python3', '-m', 'venv', 'venv'],
      ['venv/bin/pip', '-q', 'install', '-r', 'requirements.txt'],
    ],
    run: ['venv/bin/python', 'day.py'],
  },
  Java: {
    needs: 'mvn',
    generator: 'java',
    properties: 'invokerPackage=douyin,apiPackage=douyin.api,modelPackage=douyin.model',
    day: { file: 'Day.java', at: 'src/main/java/Day.java' },
    build: [
      ['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=compile', '-DoutputDirectory=lib'],
      ['sh', '-c', 'javac -nowarn -cp "lib/*" -d classes $(find src/main -name "*.java")'],
    ],
    run: ['java', '-cp', 'classes:lib/*', 'Day'],
  },
  Go: {
    needs: 'go',
    generator: 'go',
    properties: 'packageName=douyin',
    day: { file: 'day.go', at: 'day/main.go' },
    build: [['go', 'build', '-mod=mod', '-o', 'a-day', './day']],
    run: ['./a-day'],
  },
}
