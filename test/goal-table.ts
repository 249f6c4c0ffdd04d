import { onCleanup } from './cleanup.ts'

const rows: string[][] = []

/** Adds a measured figure and its goal to the table that is printed at the end of the run. */
export function recordFigure(what: string, goal: string, figure: string): void {
  if (rows.length === 0) onCleanup(print)
  rows.push([what, goal, figure])
}

async function print(): Promise<void> {
  const table = [['what', 'goal', 'figure'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)))
  const line = (row: string[]) => row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')
  console.log(`\n${table.map(line).join('\n')}\n`)
}
