/** An id that nobody else makes. Not randomUUID, which browsers have on https and localhost only. */
export const randomId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36)).join('_')
