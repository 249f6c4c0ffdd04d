import { readdir } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { makeClip } from './clips.ts'
import { titles } from './texts.ts'

/** A video that is about to be published. */
export interface Film {
  title: string
  /** Makes the file if it does not exist yet. Returns its path. */
  file(): Promise<string>
  /** A file of the user may be rejected, and the others are still published. A generated one must not be rejected. */
  mayBeRefused: boolean
}

const endings = new Set(['.mp4', '.mov', '.webm', '.m4v'])

/** Generated videos, cached in `clipsDir`. Making one takes a second, so beyond the number of titles they repeat. */
export function generatedFilms(clipsDir: string, count: number): Film[] {
  const clips = new Map<number, Promise<string>>()
  const clip = (i: number) => clips.get(i) ?? clips.set(i, makeClip(clipsDir, i)).get(i)!
  return Array.from({ length: count }, (_, i) => ({
    title: titles[i % titles.length]!,
    file: () => clip(i % titles.length),
    mayBeRefused: false,
  }))
}

/** The videos of a folder and its subfolders, sorted by name. The title is the name of the file. */
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
