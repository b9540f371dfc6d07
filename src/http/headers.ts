/**
 * An ordered, case-insensitive multimap of field lines that keeps them as they were received. Names and values are
 * latin-1 strings. Lookup is a scan: a head has a dozen fields, and a peer can't make a scan collide.
 */
export class Headers implements Iterable<[name: string, value: string]> {
  /** Names at even, values at odd places, in order of arrival. */
  readonly #flat: string[]

  /** @param fields - Field lines as pairs, or as one flat list name, value, name, value … which is then owned by this object. */
  constructor(fields: string[] | Iterable<readonly [string, string]> = []) {
    this.#flat = isFlat(fields) ? fields : Array.from(fields).flat()
  }

  /** Number of field lines. */
  get length(): number {
    return this.#flat.length >> 1
  }

  /** Value of the first field line of this name, whatever its case; else the default, or null as in Python. */
  get(name: string): string | null
  get<T>(name: string, fallback: T): string | T
  get(name: string, fallback: unknown = null): unknown {
    const place = this.#find(name, 0)
    return place < 0 ? fallback : this.#flat[place + 1]
  }

  /** Values of all field lines of this name, in order. */
  get_all(name: string): string[] {
    const values: string[] = []
    for (let place = this.#find(name, 0); place >= 0; place = this.#find(name, place + 2)) {
      values.push(this.#flat[place + 1] as string)
    }
    return values
  }

  /** Whether there is a field line of this name, whatever its case. */
  has(name: string): boolean {
    return this.#find(name, 0) >= 0
  }

  /** Field lines as received: case, order and duplicates kept. */
  items(): [name: string, value: string][] {
    return [...this]
  }

  /** Names of the field lines, as received. */
  keys(): string[] {
    return this.items().map(([name]) => name)
  }

  /** Values of the field lines, as received. */
  values(): string[] {
    return this.items().map(([, value]) => value)
  }

  /** Field lines as received. */
  *[Symbol.iterator](): Iterator<[name: string, value: string]> {
    for (let place = 0; place < this.#flat.length; place += 2) {
      yield [this.#flat[place] as string, this.#flat[place + 1] as string]
    }
  }

  /** What `util.inspect` shows; the symbol is Node's documented one, so that this room needs no import. */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    const shown = this.items().map(([name, value]) => [name, SECRET.has(name.toLowerCase()) ? '<hidden>' : value])
    return `Headers ${inspect(shown, options)}`
  }

  /** Place of the next name that is equal but for case, or -1. Lengths are compared first: most names differ there. */
  #find(name: string, from: number): number {
    const flat = this.#flat
    let lowerCased: string | undefined
    for (let place = from; place < flat.length; place += 2) {
      const candidate = flat[place] as string
      if (candidate.length !== name.length) continue
      if (candidate === name) return place
      lowerCased ??= name.toLowerCase()
      if (candidate.toLowerCase() === lowerCased) return place
    }
    return -1
  }
}

/** Fields, in lower case, whose values let their owner in somewhere: never shown by `util.inspect`. */
const SECRET: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])

function isFlat(fields: string[] | Iterable<readonly [string, string]>): fields is string[] {
  return Array.isArray(fields) && (fields.length === 0 || typeof fields[0] === 'string')
}
