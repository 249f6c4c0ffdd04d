import { atEnd } from './ending.ts'

const rows: string[][] = []

/** Puts a measured figure beside its goal into the table that stands at the end of the run. */
export function note(what: string, goal: string, figure: string): void {
  if (rows.length === 0) atEnd(print)
  rows.push([what, goal, figure])
}

async function print(): Promise<void> {
  const table = [['what', 'goal', 'figure'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)))
  const line = (row: string[]) => row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')
  console.log(`\n${table.map(line).join('\n')}\n`)
}
