/**
 * What the client matrix does to clients: a fault, what the handler behind it sends, and which outcomes a client can have
 * that does nothing wrong. Every handler sends 200 and the same twenty octets; only how their end is told differs.
 */
import { type HandlerClass, RequestHandler } from '../../../src/index.js'
import { type Fault, Faults, type HandshakeFault } from '../../../src/testing/index.js'

/**
 * How it went for a client. `whole`: success with the handler's octets; `other`: success with others, or fewer, or more;
 * `error`: it said that something is wrong; `timeout`: its own time limit ended it; `hang`: nothing did.
 */
export type Outcome = 'whole' | 'other' | 'error' | 'timeout' | 'hang'

/** How the handler tells the end of its body. */
export type Delimiter = 'length' | 'chunks' | 'close'

export interface Scenario {
  readonly faults: readonly (Fault | HandshakeFault)[]
  readonly delimiter: Delimiter
  readonly tls: boolean
  /** What a client may make of it that does nothing wrong. */
  readonly sound: readonly Outcome[]
}

export const BODY = '0123456789abcdefghij'

/** Octets of the head in front of a body that is delimited by its length. */
const HEAD_BYTES = headOf('length').length
/** Place in the middle of such a body. */
const MIDDLE = HEAD_BYTES + 10

function headOf(delimiter: Delimiter): string {
  const fields = {
    length: `Content-Length: ${BODY.length}`,
    chunks: 'Transfer-Encoding: chunked',
    close: 'Connection: close',
  }
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${fields[delimiter]}\r\n\r\n`
}

/** Sends the body with its end told so. */
export function handlerFor(delimiter: Delimiter): HandlerClass {
  return class extends RequestHandler {
    override do_GET(): void {
      this.wfile.write(headOf(delimiter))
      this.wfile.write(delimiter === 'chunks' ? `14\r\n${BODY}\r\n0\r\n\r\n` : BODY)
      this.close_connection = delimiter === 'close'
    }
  }
}

/** Nothing is lost: a client may still refuse what is not quite right. */
const TOLERABLE: readonly Outcome[] = ['whole', 'error']
const WRONG: readonly Outcome[] = ['error']
/** Nothing is wrong so far; a client may have had enough. */
const LATE: readonly Outcome[] = ['timeout', 'error']
/** Nobody can tell from what comes over the wire. */
const UNDETECTABLE: readonly Outcome[] = ['other', 'error']

export const SCENARIOS: readonly Scenario[] = [
  plain(Faults.cutAfter(), ['whole']),
  plain(Faults.cutAfter({ after: 10 }), WRONG),
  plain(Faults.cutAfter({ after: MIDDLE }), WRONG),
  plain(Faults.cutAfter({ after: headOf('close').length + 10 }), UNDETECTABLE, 'close'),
  plain(Faults.cutAfter({ after: headOf('chunks').length + 10 }), WRONG, 'chunks'),
  plain(Faults.reset(), WRONG),
  plain(Faults.reset({ after: MIDDLE }), WRONG),
  plain(Faults.reset({ after: headOf('close').length + 10 }), WRONG, 'close'),
  overTls(Faults.truncateTls(), TOLERABLE),
  overTls(Faults.truncateTls({ after: MIDDLE }), WRONG),
  overTls(Faults.truncateTls({ after: headOf('close').length + 10 }), WRONG, 'close'),
  overTls(Faults.reset({ after: MIDDLE }), WRONG),
  plain(Faults.pauseAt({ at: 0 }), LATE),
  plain(Faults.pauseAt({ at: MIDDLE }), LATE),
  plain(Faults.pauseAt({ at: MIDDLE, ms: 300 }), ['whole']),
  plain(Faults.drip({ octets: 1, ms: 5 }), ['whole']),
  plain(Faults.drip({ octets: 1, ms: 500 }), LATE),
  plain(Faults.injectAt({ at: 5, octets: '\0' }), WRONG),
  plain(Faults.injectAt({ at: MIDDLE, octets: '\0' }), UNDETECTABLE),
  plain(Faults.extraOctets(), TOLERABLE),
  plain(Faults.extraOctets({ octets: '\xff\xff' }), TOLERABLE),
  plain(Faults.wrongContentLength({ by: 1 }), LATE),
  plain(Faults.wrongContentLength({ by: -7 }), UNDETECTABLE),
  plain(Faults.wrongContentLength({ value: 'abc' }), WRONG),
  plain(Faults.wrongContentLength({ value: '-1' }), WRONG),
  plain(Faults.wrongContentLength({ value: '20, 21' }), WRONG),
  plain(Faults.contentLengthBesideChunked(), TOLERABLE),
  plain(Faults.malformedChunk(), WRONG),
  plain(Faults.malformedChunk({ line: '' }), WRONG),
  plain(Faults.malformedChunk({ line: '-14' }), WRONG),
  plain(Faults.malformedChunk({ line: '0x14' }), WRONG),
  plain(Faults.missingLastChunk(), WRONG),
  plain(Faults.missingLastChunk({ ending: 'stay' }), LATE),
  plain(Faults.duplicateField({ name: 'Content-Length' }), TOLERABLE),
  plain(Faults.duplicateField({ name: 'Content-Length', value: '10' }), WRONG),
  plain(Faults.foldedField(), TOLERABLE),
  plain(Faults.foldedField({ name: 'Content-Length' }), WRONG),
  plain(Faults.bareLf({ where: 'head' }), TOLERABLE),
  plain(Faults.bareLf({ where: 'chunks' }), TOLERABLE, 'chunks'),
  plain(Faults.garbageStatusLine(), WRONG),
  plain(Faults.oversizedHead(), TOLERABLE),
  plain(Faults.endlessHead(), LATE),
  plain(Faults.interimFlood(), TOLERABLE),
  plain(Faults.interimFlood({ count: Infinity }), LATE),
  overTls(Faults.slowHandshake({ ms: 30, octets: 100 }), ['whole']),
  overTls(Faults.slowHandshake({ ms: Infinity }), LATE),
]

function plain(fault: Fault, sound: readonly Outcome[], delimiter: Delimiter = 'length'): Scenario {
  return { faults: [fault], delimiter, tls: false, sound }
}

function overTls(fault: Fault | HandshakeFault, sound: readonly Outcome[], delimiter: Delimiter = 'length'): Scenario {
  return { faults: [fault], delimiter, tls: true, sound }
}
