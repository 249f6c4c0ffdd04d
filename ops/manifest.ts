import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Service } from './installation.ts'

const savedTable = v.object({
  name: v.pipe(v.string(), v.regex(/^\w+$/)),
  columns: v.array(v.string()),
  rows: v.number(),
  sha256: v.string(),
})

const manifestSchema = v.object({
  /** Format 1: the tables are in `user` and `feed`, and each of them may also have the tables of the other service. */
  format: v.picklist([1, 2]),
  version: v.string(),
  time: v.string(),
  /** The folder that has `user` and `feed`; not in format 1. */
  rows: v.optional(v.pipe(v.string(), v.regex(/^rows-\d+$/))),
  user: v.array(savedTable),
  feed: v.array(savedTable),
  files: v.number(),
})

/** The content of a backup. It is written last, so a folder without it has no complete backup. */
export type Manifest = v.InferOutput<typeof manifestSchema>

export const manifestOf = (folder: string) => join(folder, 'manifest.json')
export const journalOf = (service: Service) => `${service}_migration`
export const fileOf = (folder: string, { rows = '' }: Pick<Manifest, 'rows'>, service: Service, table: string) =>
  join(folder, rows, service, `${table}.jsonl`)

export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(manifestOf(folder), 'utf8').catch(() => {
    throw new Error(`${folder} has no manifest.json: it is no backup, or one that was broken off`)
  })
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), manifestSchema), text)
  if (!result.success) throw new Error(`${manifestOf(folder)} is damaged, or of a backup that a later version made`)
  return result.output
}
