/** From this size on, headers and body do not fit what Bun sends in one system call. */
const largeBytes = 14_000

/** The body of a response that is made after an await, in the form that Bun sends with few system calls. */
export function lateBody(body: string | Uint8Array<ArrayBuffer>): Bun.BodyInit {
  if (Buffer.byteLength(body) < largeBytes) return body
  return new ReadableStream({
    start(controller) {
      controller.enqueue(typeof body === 'string' ? Buffer.from(body) : body)
      controller.close()
    },
  })
}
