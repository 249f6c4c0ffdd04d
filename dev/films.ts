import { readdir } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { makeClip } from './clips.ts'
import { titles } from './texts.ts'

/** A video that is about to be published. */
export interface Film {
  title: string
  /** Makes it, if it is not there yet; gives its path. */
  file(): Promise<string>
  /** Somebody's own file may be refused, and the others go on; one of ours must not. */
  mayBeRefused: boolean
}

const endings = new Set(['.mp4', '.mov', '.webm', '.m4v'])

/** Films of our own making, kept in `clipsDir` to be made once; each takes a second, so after a while they come again. */
export function generatedFilms(clipsDir: string, count: number): Film[] {
  const made = new Map<number, Promise<string>>()
  const clip = (i: number) => made.get(i) ?? made.set(i, makeClip(clipsDir, i)).get(i)!
  return Array.from({ length: count }, (_, i) => ({
    title: titles[i % titles.length]!,
    file: () => clip(i % titles.length),
    mayBeRefused: false,
  }))
}

/** The videos of a folder and of those in it, by name; each is called as its file. */
export async function filmsOf(folder: string): Promise<Film[]> {
  const names = await readdir(folder, { recursive: true })
  return names
    .filter((name) => endings.has(extname(name).toLowerCase()))
    .toSorted()
    .map((name) => ({
      title: [...basename(name, extname(name))].slice(0, 255).join(''),
      file: async () => resolve(join(folder, name)),
      mayBeRefused: true,
    }))
}
