/** Writes a generated file. With `--check` it writes nothing, and throws if the file is not up to date. */
export async function writeGenerated(path: string, lines: string[]): Promise<void> {
  const content = `${lines.join('\n')}\n`
  const file = Bun.file(path)
  if ((await file.exists()) && (await file.text()) === content) return
  if (process.argv.includes('--check')) throw new Error(`${path} is not up to date: bun run gen`)
  await Bun.write(path, content)
}
