/**
 * Finds the first of many patterns that matches a path without trying them all. Patterns that are plain text (`^name$`) are
 * looked up; of the others only those are tried whose literal beginning the path has. The answer is that of trying all in order.
 */
import { type Pattern, matchesBehindPrefix } from './pattern.js'

interface Candidate {
  readonly place: number
  readonly pattern: Pattern
}

/** A node of the tree of literal beginnings, one level per character. */
class PrefixNode {
  readonly children = new Map<number, PrefixNode>()
  /** Once {@link spreadCandidates} has run: all patterns whose prefix is the way to this node or a part of it, in order. */
  candidates: Candidate[] = []

  child(character: number): PrefixNode {
    let child = this.children.get(character)
    if (child === undefined) this.children.set(character, (child = new PrefixNode()))
    return child
  }
}

export class RouteIndex {
  /** Place of the first pattern that matches exactly this path. */
  readonly #exact = new Map<string, number>()
  /** All patterns that match more than one path. */
  readonly #prefixes = new PrefixNode()

  /** @param patterns - In the order in which they are to be tried. */
  constructor(patterns: readonly Pattern[]) {
    for (const [place, pattern] of patterns.entries()) {
      if (pattern.tail !== 'end') this.#nodeOf(pattern.prefix).candidates.push({ place, pattern })
      else if (!this.#exact.has(pattern.prefix)) this.#exact.set(pattern.prefix, place)
    }
    spreadCandidates(this.#prefixes)
  }

  /** Place of the first pattern that matches the path, or -1. */
  find(path: string): number {
    const exact = this.#exact.get(path) ?? -1
    for (const { place, pattern } of this.#candidates(path)) {
      if (exact >= 0 && place > exact) break
      if (matchesBehindPrefix(pattern, path)) return place
    }
    return exact
  }

  #candidates(path: string): readonly Candidate[] {
    let node = this.#prefixes
    for (let at = 0; at < path.length; at++) {
      const child = node.children.get(path.charCodeAt(at))
      if (child === undefined) break
      node = child
    }
    return node.candidates
  }

  #nodeOf(prefix: string): PrefixNode {
    let node = this.#prefixes
    for (let at = 0; at < prefix.length; at++) node = node.child(prefix.charCodeAt(at))
    return node
  }
}

/** Gives each node the candidates of the nodes above it. Nodes that add none share their parent's list. */
function spreadCandidates(root: PrefixNode): void {
  const pending = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const child of node.children.values()) {
      const own = child.candidates
      child.candidates = own.length === 0 ? node.candidates : [...node.candidates, ...own].sort(byPlace)
      pending.push(child)
    }
  }
}

function byPlace(a: Candidate, b: Candidate): number {
  return a.place - b.place
}
