const steps: (() => Promise<unknown>)[] = []

/** Registers a step that runs once after the last test file of a run. Steps run in reverse order of registration. */
export function onCleanup(step: () => Promise<unknown>): void {
  steps.push(step)
}

/** test/preload.ts calls it once after all test files of a run. */
export async function runCleanup(): Promise<void> {
  for (const step of steps.splice(0).toReversed()) await step()
}
