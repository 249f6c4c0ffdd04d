import { parseArgs } from 'node:util'
import { isDone, readJournal } from '@douyin/database'
import { checks } from './checks.ts'
import { type Installation, migrationsOf, openInstallation, services } from './installation.ts'

const told = 10

/** Looks at everything, says what is wrong, mends it if it may; gives how much stays wrong. */
export async function examine(places: Installation, options: { fix: boolean; graceSeconds: number }): Promise<number> {
  let wrong = 0
  for (const { what, find } of await checks(places, options.graceSeconds)) {
    const findings = await find()
    console.log(
      `${findings.length === 0 ? 'good ' : 'WRONG'} ${what}${findings.length === 0 ? '' : `: ${findings.length}`}`,
    )
    for (const { where } of findings.slice(0, told)) console.log(`        ${where}`)
    if (findings.length > told) console.log(`        and ${findings.length - told} more`)
    const mendable = options.fix ? findings.flatMap(({ mend }) => mend ?? []) : []
    for (const mend of mendable) await mend()
    if (mendable.length > 0) console.log(`        mended: ${mendable.length}`)
    wrong += findings.length - mendable.length
  }
  return wrong
}

/** `doctor [--fix] [--grace SECONDS]` ends with 0 if all is well or was mended, and else with 1. */
export async function doctor(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { fix: { type: 'boolean', default: false }, grace: { type: 'string' } },
  })
  const places = await openInstallation('keep')
  await demandCurrent(places)
  const graceSeconds = values.grace === undefined ? places.graceSeconds : Number(values.grace)
  if (!(graceSeconds >= 0)) throw new Error('--grace takes seconds')
  const wrong = await examine(places, { fix: values.fix, graceSeconds })
  await places.close()
  if (wrong > 0)
    console.log(`${wrong} things are wrong${values.fix ? ' and cannot be mended' : '; --fix mends what can be mended'}`)
  process.exit(wrong === 0 ? 0 : 1)
}

/** What is asked is asked of the tables of this version. */
async function demandCurrent(places: Installation): Promise<void> {
  for (const service of services)
    if (!isDone(await readJournal(places[service].$client.promise(), service), migrationsOf[service]))
      throw new Error(`the tables of ${service}-srv are of an earlier version: run \`one-box migrate\` first`)
}
