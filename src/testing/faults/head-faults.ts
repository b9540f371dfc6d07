/**
 * Faults of a response's head: lines that are doubled, bent, too many, or no lines at all. The head comes whole, so each
 * of them is a function from lines to lines.
 */
import { Buffer } from 'node:buffer'
import { type Octets, toBuffer } from '../octets.js'
import { type Send, send, type Stage, wait, type WireAction } from './action.js'
import { defineFault } from './fault.js'
import { fieldIn, headLines, joinedLines, withEditedField, withFields, withoutField } from './head-lines.js'
import { choice, count, difference, milliseconds, octets, optionalText, text } from './parameters.js'

/** A field line of 1,000 octets, its line end left out. */
const FILLER = `X-Filler: ${'a'.repeat(988)}`

export const wrongContentLength = defineFault<{ by: number; value: string | null }>({
  name: 'wrongContentLength',
  subject: 'head',
  does: 'Announces another Content-Length than the one the handler wrote.',
  parameters: {
    by: difference(
      1,
      'Octets announced beyond those there are; below 0: fewer. A response without length counts as 0.',
    ),
    value: optionalText('Field value to announce instead; null: the number.', ['abc', '-1', '0x10', '5, 6', '']),
  },
  begin: ({ by, value }) =>
    new HeadEdit((lines) => announcing(lines, value ?? String(Math.max(0, lengthIn(lines) + by)))),
})

export const duplicateField = defineFault<{ name: string; value: string | null }>({
  name: 'duplicateField',
  subject: 'head',
  does: 'Sends a field line a second time, behind all others.',
  parameters: {
    name: text('Content-Length', 'Name of the field.', ['Content-Length', 'Content-Type', 'Date', 'Transfer-Encoding']),
    value: optionalText(
      'Its value in the second line; null: the same value, or `x` when the response has no such field.',
      ['1'],
    ),
  },
  begin: ({ name, value }) =>
    new HeadEdit((lines) => withFields(lines, `${name}: ${value ?? fieldIn(lines, name) ?? 'x'}`)),
})

export const foldedField = defineFault<{ name: string }>({
  name: 'foldedField',
  subject: 'head',
  does: 'Breaks a field value over two lines (obs-fold of RFC 9112 5.2); added when the response has no such field.',
  parameters: { name: text('X-Folded', 'Name of the field.', ['X-Folded', 'Content-Length', 'Content-Type']) },
  begin: ({ name }) => new HeadEdit((lines) => folded(lines, name)),
})

export const garbageStatusLine = defineFault<{ line: Octets }>({
  name: 'garbageStatusLine',
  subject: 'head',
  does: 'Sends something else instead of the status line.',
  parameters: { line: octets('\x16\x03\x01 is no status line', 'What is sent, its line end left out.') },
  begin: ({ line }) => new HeadEdit(([, ...fields]) => [`${toBuffer(line).toString('latin1')}\r\n`, ...fields]),
})

export const bareLf = defineFault<{ where: 'head' | 'chunks' | 'everywhere' }>({
  name: 'bareLf',
  subject: 'head',
  does: 'Ends lines with LF alone.',
  parameters: {
    where: choice(['head', 'chunks', 'everywhere'], 'Which lines: of the head, of chunked framing, or both.'),
  },
  begin: ({ where }) => new LineEnds(where),
})

export const oversizedHead = defineFault<{ octets: number }>({
  name: 'oversizedHead',
  subject: 'head',
  does: 'Adds field lines of 1,000 octets until the head has a size.',
  parameters: { octets: count(1_048_576, 'Size of the head.', 300_000) },
  begin: ({ octets: size }) => new HeadEdit((lines) => enlarged(lines, size)),
})

export const endlessHead = defineFault<{ ms: number }>({
  name: 'endlessHead',
  subject: 'head',
  does: 'Sends field lines of 1,000 octets until the client is gone; the head never ends.',
  parameters: { ms: milliseconds(0, 'Pause between two lines.') },
  begin: ({ ms }) => new EndlessHead(ms),
})

export const interimFlood = defineFault<{ count: number; status: string; ms: number }>({
  name: 'interimFlood',
  subject: 'head',
  does: 'Sends interim responses in front of the response.',
  parameters: {
    count: count(1_000, 'How many. Infinity: until the client is gone.', 50),
    status: text('103 Early Hints', 'Status code and reason phrase of each.', [
      '103 Early Hints',
      '100 Continue',
      '199 ',
    ]),
    ms: milliseconds(0, 'Pause between two of them.'),
  },
  begin: (parameters) => new InterimFlood(parameters),
})

/** Puts other lines in the place of a head's own. */
export class HeadEdit implements Stage {
  readonly #edit: (lines: readonly string[]) => readonly string[]

  constructor(edit: (lines: readonly string[]) => readonly string[]) {
    this.#edit = edit
  }

  *take(given: Send): Iterable<WireAction> {
    yield given.part === 'head' ? send('head', joinedLines(this.#edit(headLines(given.octets)))) : given
  }

  *finish(): Iterable<WireAction> {}
}

class LineEnds implements Stage {
  readonly #where: 'head' | 'chunks' | 'everywhere'

  constructor(where: 'head' | 'chunks' | 'everywhere') {
    this.#where = where
  }

  *take(given: Send): Iterable<WireAction> {
    yield this.#concerns(given) ? send(given.part, withBareLf(given.octets)) : given
  }

  *finish(): Iterable<WireAction> {}

  #concerns({ part }: Send): boolean {
    const inHead = part === 'head' || part === 'interim'
    const inChunks = part === 'chunkLine' || part === 'chunkEnd' || part === 'lastChunk'
    return this.#where === 'everywhere' ? inHead || inChunks : this.#where === 'head' ? inHead : inChunks
  }
}

class EndlessHead implements Stage {
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  *take(given: Send): Iterable<WireAction> {
    if (given.part !== 'head') {
      yield given
      return
    }
    yield send('head', joinedLines(headLines(given.octets).slice(0, -1)))
    for (;;) {
      yield wait(this.#ms)
      yield send('inserted', `${FILLER}\r\n`)
    }
  }

  *finish(): Iterable<WireAction> {}
}

class InterimFlood implements Stage {
  readonly #count: number
  readonly #head: string
  readonly #ms: number

  constructor({ count: number, status, ms }: { count: number; status: string; ms: number }) {
    this.#count = number
    this.#head = `HTTP/1.1 ${status}\r\n\r\n`
    this.#ms = ms
  }

  *take(given: Send): Iterable<WireAction> {
    for (let sent = 0; given.part === 'head' && sent < this.#count; sent += 1) {
      if (sent > 0) yield wait(this.#ms)
      yield send('interim', this.#head)
    }
    yield given
  }

  *finish(): Iterable<WireAction> {}
}

function lengthIn(lines: readonly string[]): number {
  return Number(fieldIn(lines, 'Content-Length') ?? 0)
}

function announcing(lines: readonly string[], value: string): string[] {
  if (fieldIn(lines, 'Content-Length') === null) return withFields(lines, `Content-Length: ${value}`)
  return withEditedField(lines, 'Content-Length', () => `Content-Length: ${value}\r\n`)
}

function folded(lines: readonly string[], name: string): string[] {
  const value = fieldIn(lines, name) ?? 'one two'
  const middle = Math.max(1, value.length >> 1)
  const broken = `${name}: ${value.slice(0, middle)}\r\n ${value.slice(middle)}`
  return withFields(withoutField(lines, name), broken)
}

function enlarged(lines: readonly string[], size: number): string[] {
  const missing = size - lines.join('').length
  const fillers = Array.from({ length: Math.max(0, Math.ceil(missing / (FILLER.length + 2))) }, () => FILLER)
  return withFields(lines, ...fillers)
}

function withBareLf(given: Buffer): Buffer {
  return Buffer.from(given.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}
