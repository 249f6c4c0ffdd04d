/** A unique id. crypto.randomUUID is not used, since browsers have it on https and localhost only. */
export const randomId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36)).join('_')
