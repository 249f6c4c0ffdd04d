const steps: (() => Promise<unknown>)[] = []

/** What is shared by several test files ends once, after the last of them; what began last ends first. */
export function atEnd(step: () => Promise<unknown>): void {
  steps.push(step)
}

/** Called once after all test files of a run: test/preload.ts. */
export async function end(): Promise<void> {
  for (const step of steps.splice(0).toReversed()) await step()
}
