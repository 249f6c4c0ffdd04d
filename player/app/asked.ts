// When each thing that the server told of was asked for, so that what the viewer did later is not taken for included.

const askedAt = new WeakMap<object, number>()

/** Notes it for an answer and every object in it. */
export function noteAsked(answer: unknown, atMs: number): void {
  if (typeof answer !== 'object' || answer === null) return
  askedAt.set(answer, atMs)
  for (const part of Object.values(answer)) noteAsked(part, atMs)
}

/** On the clock of performance.now(); 0 for what did not come from the server as it is. */
export const askedAtMs = (thing: object): number => askedAt.get(thing) ?? 0
