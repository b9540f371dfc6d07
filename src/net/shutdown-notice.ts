/** Who wants to hear, once, that the server begins to shut down: whoever took a stream over, or sends without end. */
export class ShutdownNotice {
  /** Null while nobody has listened, as on most connections. */
  #listeners: Set<() => void> | null = null
  /** Whether the shutdown has begun. */
  given = false

  /** Has the listener called when it begins, at once if it has begun. @returns What takes the listener back. */
  listen(listener: () => void): () => void {
    if (this.given) listener()
    else (this.#listeners ??= new Set()).add(listener)
    return () => void this.#listeners?.delete(listener)
  }

  /** It begins. @throws what a listener throws, when all have heard of it. */
  give(): void {
    this.given = true
    const failures: unknown[] = []
    for (const listener of this.#listeners ?? []) {
      try {
        listener()
      } catch (error) {
        failures.push(error)
      }
    }
    this.#listeners = null
    if (failures.length > 0) throw failures[0]
  }
}
