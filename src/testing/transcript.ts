/**
 * What happened on the wire, in order and with times, and how that reads: like `curl -v`, one line for a line of text,
 * with every octet to be seen. Where the octets come from is not known here.
 *
 *      0.4 #1 > GET / HTTP/1.1            from the client; CR LF ends the line
 *      0.9 #1 < HTTP/1.1 200 OK\n         to the client; LF alone ends it
 *      1.3 #1 < {"unfin↩                  more of the line came later, or never
 *      1.4 #1 * the client has closed
 */
import { Buffer } from 'node:buffer'
import { escapeOctets } from './octets.js'

/** As the server sees it; `note`: an event that is no octets. */
export type TranscriptKind = 'received' | 'sent' | 'note'

/** One thing that was said. */
export interface TranscriptEntry {
  /** Milliseconds since the transcript began. */
  readonly at: number
  /** Connections are counted from 1; 0 for what concerns none of them. */
  readonly connection: number
  /** Who said it; a note is the kit's own. */
  readonly kind: TranscriptKind
  /** The octets as latin-1, one character each; the text of a note. */
  readonly text: string
}

const MARKS = { received: '>', sent: '<', note: '*' } as const
const UNFINISHED = '↩'

/** All that was said on some connections, in order, for people to read. */
export class Transcript {
  readonly #entries: TranscriptEntry[] = []
  readonly #begun = performance.now()

  /** What was said so far. */
  get entries(): readonly TranscriptEntry[] {
    return this.#entries
  }

  /** Adds what went over a connection. */
  addOctets(kind: 'received' | 'sent', connection: number, octets: Buffer): void {
    this.#add(kind, connection, octets.toString('latin1'))
  }

  /** Adds what is to be known besides. */
  addNote(connection: number, text: string): void {
    this.#add('note', connection, text)
  }

  /** All octets of one direction, of one connection or of all together. */
  octets(kind: 'received' | 'sent', connection?: number): Buffer {
    const wanted = this.#entries.filter(
      (entry) => entry.kind === kind && (connection ?? entry.connection) === entry.connection,
    )
    return Buffer.from(wanted.map(({ text }) => text).join(''), 'latin1')
  }

  /** The transcript as text. @param times - Whether lines begin with milliseconds; without them runs can be compared. */
  format({ times = true }: { readonly times?: boolean } = {}): string {
    return this.#entries.flatMap((entry) => linesOf(entry, times)).join('\n')
  }

  /** As {@link format} gives it, with times. */
  toString(): string {
    return this.format()
  }

  #add(kind: TranscriptKind, connection: number, text: string): void {
    this.#entries.push({ at: performance.now() - this.#begun, connection, kind, text })
  }
}

function linesOf({ at, connection, kind, text }: TranscriptEntry, times: boolean): string[] {
  const time = times ? `${at.toFixed(1).padStart(8)} ` : ''
  const begin = `${time}#${connection} ${MARKS[kind]}`
  if (kind === 'note') return [`${begin} ${text}`]
  return text.split(/(?<=\n)/).map((line) => `${begin} ${shown(line)}`)
}

/** CR LF is the rule and not shown; every other end of a line is. */
function shown(line: string): string {
  if (line.endsWith('\r\n')) return escapeOctets(line.slice(0, -2))
  return line.endsWith('\n') ? escapeOctets(line) : `${escapeOctets(line)}${UNFINISHED}`
}
