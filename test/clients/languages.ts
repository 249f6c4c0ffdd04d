import { join } from 'node:path'

export interface Language {
  /** The program that compiles or runs it, if we do not have it anyway. */
  needs?: string
  generator: string
  properties: string
  /** Of the user's day, and where it lies within the client. */
  day: { file: string; at: string }
  /** Fetches what the client needs, compiles client and day, in the client's folder. */
  build: string[][]
  run: string[]
}

const root = join(import.meta.dir, '..', '..')
const tsc = [join(root, 'node_modules/.bin/tsc'), '--noEmit', '--strict', '--skipLibCheck']
const bunTypes = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'bun']

/** Clients as openapi-generator makes them by its own choice, for the languages that most people ask it for. */
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
