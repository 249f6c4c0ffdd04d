import { parseArgs } from 'node:util'
import { isDone, readJournal } from '@douyin/database'
import { checks } from './checks.ts'
import { type Installation, migrationsOf, openInstallation, services } from './installation.ts'

const maxPrinted = 10

/** Runs all checks, prints what is wrong, and repairs it if `fix` is set. Returns how many problems remain. */
export async function examine(
  installation: Installation,
  options: { fix: boolean; graceSeconds: number },
): Promise<number> {
  let wrong = 0
  for (const { what, find } of await checks(installation, options.graceSeconds)) {
    const findings = await find()
    console.log(
      `${findings.length === 0 ? 'good ' : 'WRONG'} ${what}${findings.length === 0 ? '' : `: ${findings.length}`}`,
    )
    for (const { where } of findings.slice(0, maxPrinted)) console.log(`        ${where}`)
    if (findings.length > maxPrinted) console.log(`        and ${findings.length - maxPrinted} more`)
    const mendable = options.fix ? findings.flatMap(({ mend }) => mend ?? []) : []
    for (const mend of mendable) await mend()
    if (mendable.length > 0) console.log(`        mended: ${mendable.length}`)
    wrong += findings.length - mendable.length
  }
  return wrong
}

/** `doctor [--fix] [--grace SECONDS]` exits with 0 if all is well or was repaired, otherwise with 1. */
export async function doctor(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { fix: { type: 'boolean', default: false }, grace: { type: 'string' } },
  })
  const installation = await openInstallation('keep')
  await demandCurrent(installation)
  const graceSeconds = values.grace === undefined ? installation.graceSeconds : Number(values.grace)
  if (!(graceSeconds >= 0)) throw new Error('--grace takes seconds')
  const wrong = await examine(installation, { fix: values.fix, graceSeconds })
  await installation.close()
  if (wrong > 0)
    console.log(`${wrong} things are wrong${values.fix ? ' and cannot be mended' : '; --fix mends what can be mended'}`)
  process.exit(wrong === 0 ? 0 : 1)
}

/** The checks query the tables of this version. */
async function demandCurrent(installation: Installation): Promise<void> {
  for (const service of services)
    if (!isDone(await readJournal(installation[service].$client.promise(), service), migrationsOf[service]))
      throw new Error(`the tables of ${service}-srv are of an earlier version: run \`one-box migrate\` first`)
}
