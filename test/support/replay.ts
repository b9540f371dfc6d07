/**
 * Replays one recorded exchange against a server and tells, in a few lines, how the answer differs from what was
 * expected. Everything is compared octet for octet but the value of Date fields, and bodies that are zlib data, which
 * are compared inflated.
 */
import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { WireConnection } from './wire-connection.js'

/** Nothing at all came for so long: the answer is late. */
const STALL_MS = 2_500
/** The same, once something had come. */
const STALL_AFTER_MS = 1_000
/** The server has to close within so long after its last octet. */
const CLOSE_MS = 2_000
/** A server that keeps the connection has to stay quiet for so long. */
const QUIET_MS = 80
/** Between two steps when all that was due has come already. */
const STEP_PAUSE_MS = 15

export interface Step {
  readonly send: string
  readonly split?: readonly number[]
  readonly eof?: boolean
  readonly silent?: boolean
  readonly received?: number
}

/** All that a server sent, Date masked, and whether it closed the connection afterwards. */
export interface Answer {
  readonly receive: string
  readonly closed: boolean
}

export interface Exchange extends Answer {
  readonly name: string
  readonly group: string
  readonly server: string
  readonly steps: readonly Step[]
  readonly tls?: boolean
  readonly sni?: string | null
  readonly certificate?: string
  readonly body?: 'zlib'
  readonly deviation?: string
  readonly deviation_id?: string
  readonly alternatives?: readonly (Answer & { readonly id: string })[]
}

/** What an exchange may be answered with: one of several exact answers, or one that a rule accepts. */
export type Expectation = readonly Answer[] | Rule

export interface Rule {
  readonly closed: boolean
  /** Gives what is wrong with the answer, or null. */
  complaint(received: string): string | null
}

/** Exchanges of `test/vectors/wire-<group>.json`. */
export function loadExchanges(group: string): Exchange[] {
  const file = new URL(`../vectors/wire-${group}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Exchange[]
}

/** The recording itself and every answer that is just as good. */
export function recorded(exchange: Exchange): Answer[] {
  return [{ receive: exchange.receive, closed: exchange.closed }, ...(exchange.alternatives ?? [])]
}

/** Null when the server answers as expected, else the difference. */
export async function replay(exchange: Exchange, port: number, expectation: Expectation): Promise<string | null> {
  const connection = await WireConnection.open({ port, tls: exchange.tls, sni: exchange.sni ?? undefined })
  try {
    await sendSteps(connection, exchange)
    await readAnswer(connection, exchange, expectation)
  } finally {
    connection.close()
  }
  if (exchange.tls && connection.certificateName !== exchange.certificate) {
    return `certificate of ${connection.certificateName} instead of ${exchange.certificate}`
  }
  return judge(exchange, { receive: maskDates(connection.received), closed: connection.closed }, expectation)
}

async function sendSteps(connection: WireConnection, exchange: Exchange): Promise<void> {
  for (const [index, step] of exchange.steps.entries()) {
    await connection.send(step.send, step)
    if (index === exchange.steps.length - 1) return
    const due = step.received ?? 0
    if (maskDates(connection.received).length < due) {
      await connection.readUntil((received) => maskDates(received).length >= due, STALL_MS, STALL_AFTER_MS)
    } else {
      await connection.quietFor(STEP_PAUSE_MS)
    }
  }
}

async function readAnswer(connection: WireConnection, exchange: Exchange, expectation: Expectation): Promise<void> {
  if (isExact(expectation)) {
    const view = viewOf(exchange)
    const open = expectation.filter((answer) => !answer.closed).map((answer) => view(answer.receive))
    const longest = Math.max(...open.map((text) => text.length))
    const decided = (octets: string): boolean => open.includes(octets) || octets.length > longest
    const enough = open.length === 0 ? never : (received: string) => decided(view(maskDates(received)))
    await connection.readUntil(enough, STALL_MS, open.length === 0 ? CLOSE_MS : STALL_AFTER_MS)
  } else if (expectation.closed) {
    await connection.readUntil(never, STALL_MS, CLOSE_MS)
  } else {
    const enough = (received: string): boolean => expectation.complaint(maskDates(received)) === null
    await connection.readUntil(enough, STALL_MS, STALL_AFTER_MS)
  }
  if (!connection.closed) await connection.quietFor(QUIET_MS)
}

function judge(exchange: Exchange, answer: Answer, expectation: Expectation): string | null {
  const view = viewOf(exchange)
  if (isExact(expectation)) {
    const matches = expectation.some(
      (expected) => expected.closed === answer.closed && view(expected.receive) === view(answer.receive),
    )
    const [first] = expectation
    if (first === undefined) throw new Error('nothing is expected, not even silence')
    if (matches) return null
    return describe(
      exchange,
      difference(shown(view(first.receive), first.closed), shown(view(answer.receive), answer.closed)),
    )
  }
  const complaint = expectation.complaint(answer.receive)
  const fate = expectation.closed === answer.closed ? null : `the connection is ${answer.closed ? 'closed' : 'open'}`
  if (complaint === null && fate === null) return null
  const received = shown(answer.receive, answer.closed).map((line) => `  ${line}`)
  return describe(exchange, [complaint ?? fate ?? '', ...received.slice(0, 30)])
}

function never(): boolean {
  return false
}

function isExact(expectation: Expectation): expectation is readonly Answer[] {
  return Array.isArray(expectation)
}

function maskDates(octets: string): string {
  return octets.replace(
    /(?<=^|\n)Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT(?=\r\n)/g,
    'Date: <DATE>',
  )
}

function viewOf(exchange: Exchange): (octets: string) => string {
  return exchange.body === 'zlib' ? inflated : (octets) => octets
}

/** Head and inflated body; the length is masked because zlib implementations differ in what they make of one text. */
function inflated(octets: string): string {
  const place = octets.indexOf('\r\n\r\n')
  if (place < 0) return octets
  const head = octets.slice(0, place).replace(/(?<=\n)Content-Length: \d+/, 'Content-Length: <N>')
  const body = octets.slice(place + 4)
  try {
    return `${head}\r\n\r\n${inflateSync(Buffer.from(body, 'latin1')).toString('latin1')}`
  } catch {
    return `${head}\r\n\r\n${body}`
  }
}

function describe(exchange: Exchange, lines: readonly string[]): string {
  const sent = exchange.steps.map(({ send }) => `sent ${abbreviated(JSON.stringify(send), 300)}`)
  return [`${exchange.group}/${exchange.name} on ${exchange.server}`, ...sent, ...lines].join('\n')
}

/** One printable line per line of the message, and the connection's fate. */
function shown(octets: string, closed: boolean): string[] {
  const lines = octets.split(/(?<=\n)/).filter((line) => line !== '')
  return [...lines.map((line) => abbreviated(JSON.stringify(line).slice(1, -1), 200)), closed ? '[closed]' : '[open]']
}

/** What lies between the common first and last lines, with two lines around it. */
function difference(expected: readonly string[], received: readonly string[]): string[] {
  let start = 0
  while (start < expected.length && expected[start] === received[start]) start += 1
  let tail = 0
  const longestTail = Math.min(expected.length, received.length) - start
  while (tail < longestTail && expected.at(-1 - tail) === received.at(-1 - tail)) tail += 1
  const context = (from: number, to: number): string[] =>
    expected.slice(Math.max(0, from), to).map((line) => `  ${line}`)
  return [
    ...context(start - 2, start),
    ...expected
      .slice(start, expected.length - tail)
      .slice(0, 20)
      .map((line) => `- ${line}`),
    ...received
      .slice(start, received.length - tail)
      .slice(0, 20)
      .map((line) => `+ ${line}`),
    ...context(expected.length - tail, expected.length - tail + 2),
  ]
}

function abbreviated(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length})`
}
