/**
 * Objects that come and go in great numbers, such as connections: those that live can be counted and visited. A Set would
 * do as much, but V8 links each table that a Set has outgrown to the one that followed it. Once the first of them is old,
 * minor collections take everything that ever stood in any of them for alive, which doubles what a short connection costs.
 */

/** An object's place, to be left when it lives no more. */
export interface Stay<T> {
  readonly object: T
  /** Index among those that live; -1 for one that has left. */
  place: number
}

export class LiveObjects<T> {
  readonly #stays: Stay<T>[] = []

  get size(): number {
    return this.#stays.length
  }

  add(object: T): Stay<T> {
    const stay = { object, place: this.#stays.length }
    this.#stays.push(stay)
    return stay
  }

  /** Whoever is last takes the place. Leaving twice is leaving once. */
  remove(stay: Stay<T>): void {
    if (stay.place < 0) return
    const last = this.#stays.pop()
    if (last !== undefined && last !== stay) {
      this.#stays[stay.place] = last
      last.place = stay.place
    }
    stay.place = -1
  }

  /** Those that live now, in no particular order; what comes and goes meanwhile makes no difference. */
  all(): T[] {
    return this.#stays.map(({ object }) => object)
  }
}
