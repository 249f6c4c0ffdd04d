/** Awaits steps one after another. The first call of `fail` rejects the current step and all later ones. */
export interface Interruption {
  fail(error: unknown): void
  orFailed<T>(step: Promise<T>): Promise<T>
}

// Not Promise.race with one long-lived promise: it would keep the result of every step in memory until the end.
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
