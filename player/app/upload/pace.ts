/** The speed is taken over this long, so that it neither jumps nor lags. */
const windowMs = 5000
const minSpanMs = 1000
/** How late a browser may report what it has sent. */
const reportDelayMs = 2000
const reportShare = 0.02
const bufferBytes = 1 << 20

interface Sample {
  atMs: number
  bytes: number
}

/** Measures an upload. Times are those of `performance.now()`. */
export class Pace {
  readonly totalBytes: number
  private readonly samples: [Sample, ...Sample[]]

  constructor(totalBytes: number, startMs: number) {
    this.totalBytes = totalBytes
    this.samples = [{ atMs: startMs, bytes: 0 }]
  }

  note(bytes: number, atMs: number): void {
    this.samples.push({ atMs, bytes })
    while (this.samples.length > 2 && (this.samples[1]?.atMs ?? atMs) <= atMs - windowMs) this.samples.shift()
  }

  /** The speed of the last seconds; undefined in the first one, which mostly fills buffers. */
  get bytesPerSecond(): number | undefined {
    const spanMs = this.last.atMs - this.samples[0].atMs
    return spanMs < minSpanMs ? undefined : ((this.last.bytes - this.samples[0].bytes) * 1000) / spanMs
  }

  get secondsLeft(): number | undefined {
    const speed = this.bytesPerSecond
    return speed ? Math.max(0, this.totalBytes - this.last.bytes) / speed : undefined
  }

  /** Whether the server may have everything by now, though the browser has not reported it yet. */
  mayBeComplete(nowMs: number): boolean {
    const [first] = this.samples
    const speedPerMs = (this.last.bytes - first.bytes) / Math.max(minSpanMs, this.last.atMs - first.atMs)
    const unreported = speedPerMs * (nowMs - this.last.atMs + reportDelayMs)
    return this.totalBytes - this.last.bytes <= Math.max(unreported, bufferBytes, this.totalBytes * reportShare)
  }

  private get last(): Sample {
    return this.samples.at(-1) ?? this.samples[0]
  }
}
