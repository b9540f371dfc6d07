/**
 * What an input made the library do: which counters rose, and how far. A feature is a counter together with the size of
 * its count (once, twice, three times, up to 7, 15, 31, 127, more), so that a loop that ran much longer is news, too.
 * Nothing here knows what a counter stands for.
 */
import { COUNTERS } from './instrument.js'

interface FileCounters {
  readonly s: Record<number, number>
  readonly f: Record<number, number>
  /** One list per branching, with a count for each way on. */
  readonly b: Record<number, number[]>
}

type CounterList = Record<number, number>

/** Sizes of counts that are told apart. */
const SIZES = 8

export interface Reached {
  readonly reached: number
  readonly known: number
}

export class Coverage {
  readonly #lists: CounterList[] = []
  readonly #lengths: number[] = []
  /** Folder of the file when the list is of branches, by list; otherwise empty. */
  readonly #branchesOf: string[] = []
  readonly #files = new Set<string>()
  /** A bit per size that was seen, by counter. */
  #seen = new Uint8Array(0)
  #counters = 0

  /** Takes up the files that were loaded since the last time. */
  scan(): void {
    const files = Reflect.get(globalThis, COUNTERS) as Record<string, FileCounters> | undefined
    for (const [name, { s, f, b }] of Object.entries(files ?? {})) {
      if (this.#files.has(name)) continue
      this.#files.add(name)
      for (const list of [s, f]) this.#addList(list, Object.keys(list).length, '')
      for (const list of Object.values(b)) this.#addList(list, list.length, name.split('/').slice(0, 2).join('/'))
    }
    const seen = new Uint8Array(this.#counters)
    seen.set(this.#seen)
    this.#seen = seen
  }

  /** The features since the last call, and all counters back at zero. */
  take(): number[] {
    const features: number[] = []
    let base = 0
    for (const [place, list] of this.#lists.entries()) {
      const length = this.#lengths[place] as number
      for (let index = 0; index < length; index += 1) {
        const count = list[index] as number
        if (count === 0) continue
        features.push((base + index) * SIZES + sizeOf(count))
        list[index] = 0
      }
      base += length
    }
    return features
  }

  /** Those of the features that no earlier call was given. */
  news(features: readonly number[]): number[] {
    const seen = this.#seen
    const fresh = features.filter((feature) => ((seen[feature >> 3] as number) & (1 << (feature & 7))) === 0)
    for (const feature of fresh) seen[feature >> 3] = (seen[feature >> 3] as number) | (1 << (feature & 7))
    return fresh
  }

  /** Branches that any input took, of all those in the files that are loaded. */
  get branches(): Reached {
    let [reached, known] = [0, 0]
    for (const folder of this.branchesByFolder.values()) {
      reached += folder.reached
      known += folder.known
    }
    return { reached, known }
  }

  get branchesByFolder(): Map<string, Reached> {
    const folders = new Map<string, Reached>()
    let base = 0
    for (const [place, length] of this.#lengths.entries()) {
      const folder = this.#branchesOf[place] as string
      if (folder !== '') {
        const { reached, known } = folders.get(folder) ?? { reached: 0, known: 0 }
        const taken = this.#seen.subarray(base, base + length).filter((sizes) => sizes !== 0).length
        folders.set(folder, { reached: reached + taken, known: known + length })
      }
      base += length
    }
    return folders
  }

  #addList(list: CounterList, length: number, branchesOf: string): void {
    this.#lists.push(list)
    this.#lengths.push(length)
    this.#branchesOf.push(branchesOf)
    this.#counters += length
  }
}

function sizeOf(count: number): number {
  if (count < 4) return count - 1
  if (count < 8) return 3
  if (count < 16) return 4
  if (count < 32) return 5
  return count < 128 ? 6 : 7
}
