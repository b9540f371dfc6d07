/**
 * Says which of the kept inputs is to be changed next: half of the time one that is the smallest to have some feature that
 * few others have, otherwise a recent one, or any. It knows of inputs nothing but their features and their size.
 */
import type { Random } from '../../src/testing/random.js'
import type { Entry } from './corpus.js'

/** How many of the last inputs count as recent. */
const RECENT = 40
/** Kept inputs after which the favourites are chosen anew. */
const REVIEW = 25

export class Scheduler {
  readonly entries: Entry[] = []
  readonly #random: Random
  #favourites: Entry[] = []

  constructor(random: Random) {
    this.#random = random
  }

  add(entry: Entry): void {
    this.entries.push(entry)
    if (this.entries.length % REVIEW === 1) this.#chooseFavourites()
  }

  pick(): Entry {
    const { entries } = this
    const chance = this.#random.below(10)
    if (chance < 5) return this.#random.pick(this.#favourites)
    if (chance < 7) return this.#random.pick(entries.slice(-RECENT))
    return this.#random.pick(entries)
  }

  any(): Entry {
    return this.#random.pick(this.entries)
  }

  #chooseFavourites(): void {
    const owners = new Map<number, { entry: Entry; count: number }>()
    for (const entry of this.entries) {
      for (const feature of entry.features) {
        const owner = owners.get(feature)
        if (owner === undefined) owners.set(feature, { entry, count: 1 })
        else {
          owner.count += 1
          if (entry.input.length < owner.entry.input.length) owner.entry = entry
        }
      }
    }
    const rare = Math.max(2, this.entries.length / 50)
    const favourites = new Set<Entry>()
    for (const { entry, count } of owners.values()) if (count <= rare) favourites.add(entry)
    this.#favourites = favourites.size > 0 ? [...favourites] : [...this.entries]
  }
}
