// When each object from the server was requested. An action of the viewer after that time is not included in the
// object.

const requestTimes = new WeakMap<object, number>()

/** Records the time for an answer and every object in it. */
export function noteRequestTime(answer: unknown, atMs: number): void {
  if (typeof answer !== 'object' || answer === null) return
  requestTimes.set(answer, atMs)
  for (const child of Object.values(answer)) noteRequestTime(child, atMs)
}

/** On the clock of performance.now(); 0 for an object that the player made or copied itself. */
export const requestedAtMs = (value: object): number => requestTimes.get(value) ?? 0
