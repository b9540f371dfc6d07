/** What the soak has counted, and what it makes of it. */
import type { Readings } from './server.js'

/** Slope of the heap, in bytes per minute, beyond which memory counts as leaking. */
const LEAK_BYTES_PER_MINUTE = 1024 * 1024

/** Below this there is more noise than slope. */
const SAMPLES_FOR_A_SLOPE = 60

interface Sample {
  readonly minute: number
  readonly heapBytes: number
  readonly rssBytes: number
}

export class Tally {
  readonly faults: string[] = []
  readonly #checked = new Map<string, number>()
  readonly #samples: Sample[] = []
  #connections = 0

  count(name: string, checked: number): void {
    this.#checked.set(name, (this.#checked.get(name) ?? 0) + checked)
  }

  countConnection(): void {
    this.#connections += 1
  }

  fault(name: string, error: unknown): void {
    this.faults.push(`${name}: ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error)}`)
  }

  sample(minute: number, { heapBytes, rssBytes }: Readings): void {
    this.#samples.push({ minute, heapBytes, rssBytes })
  }

  get answers(): number {
    return [...this.#checked.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Bytes per minute over the second half, when code is compiled and pools are full. */
  slope(of: 'heapBytes' | 'rssBytes'): number {
    const later = this.#samples.slice(this.#samples.length >> 1)
    const [x, y] = [mean(later.map(({ minute }) => minute)), mean(later.map((sample) => sample[of]))]
    const spread = later.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
    return spread === 0 ? 0 : later.reduce((sum, one) => sum + (one.minute - x) * (one[of] - y), 0) / spread
  }

  /** Lines for people. @param last - Readings when every client had left. */
  report(last: Readings): string[] {
    const kinds = Array.from(this.#checked, ([name, count]) => `${name} ${count}`)
    return [
      `answers checked: ${this.answers} on ${this.#connections} connections (${kinds.join(', ')})`,
      `lost or wrong: ${this.faults.length}`,
      ...this.faults.slice(0, 20).map((fault) => `  ${fault}`),
      `heap: ${kib(last.heapBytes)} at the end, ${kib(this.slope('heapBytes'))} a minute over the second half`,
      `resident: ${kib(last.rssBytes)} at the end, ${kib(this.slope('rssBytes'))} a minute over the second half`,
      `open at the end: ${JSON.stringify(last.handles)}`,
      `errors logged: ${last.errors.length}`,
      ...last.errors.map((error) => `  ${error}`),
    ]
  }

  /** Nothing lost or wrong, nothing left open but the two listeners, no steady growth. */
  holds(last: Readings): boolean {
    const grows = this.#samples.length >= SAMPLES_FOR_A_SLOPE && this.slope('heapBytes') > LEAK_BYTES_PER_MINUTE
    return this.faults.length === 0 && last.errors.length === 0 && openSockets(last) === 0 && !grows
  }
}

/** Connections that the server has, plain or TLS. */
export function openSockets({ handles }: Readings): number {
  return (handles['TCPSocketWrap'] ?? 0) + (handles['TLSWrap'] ?? 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`
}
