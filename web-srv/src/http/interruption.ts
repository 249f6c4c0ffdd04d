/** Waits for one step after another, each cut short by the first failure that comes from elsewhere. */
export interface Interruption {
  fail(error: unknown): void
  orFailed<T>(step: Promise<T>): Promise<T>
}

// Promise.race against one lasting promise would keep the result of every step in memory until the last.
export function interruption(): Interruption {
  let failure: { error: unknown } | undefined
  let rejectStep: (error: unknown) => void = () => {}
  return {
    fail(error) {
      failure ??= { error }
      rejectStep(failure.error)
    },
    orFailed: (step) =>
      new Promise((resolve, reject) => {
        step.then(resolve, reject)
        rejectStep = reject
        if (failure) reject(failure.error)
      }),
  }
}
