/** Faults of chunked framing (RFC 9112 7.1). A response that its handler did not chunk is put into chunks for them. */
import { Buffer } from 'node:buffer'
import { type Octets, toBuffer } from '../octets.js'
import { Pipeline, type Send, send, type Stage, type WireAction } from './action.js'
import { Chunking } from './chunking.js'
import { defineFault } from './fault.js'
import { HeadEdit } from './head-faults.js'
import { fieldIn, withFields } from './head-lines.js'
import { choice, count, octets, text } from './parameters.js'

export const contentLengthBesideChunked = defineFault<{ value: string }>({
  name: 'contentLengthBesideChunked',
  subject: 'body',
  does: 'Sends the response in chunks with a Content-Length beside Transfer-Encoding (RFC 9112 6.3: an error, or chunks win).',
  parameters: {
    value: text('5', "Content-Length of a response whose handler wrote none; the handler's own stays.", [
      '0',
      '5',
      '99999',
    ]),
  },
  begin: ({ value }, { command }) =>
    new Pipeline([
      new Chunking({ command, keepsContentLength: true }),
      new HeadEdit((lines) =>
        fieldIn(lines, 'Content-Length') === null ? withFields(lines, `Content-Length: ${value}`) : lines,
      ),
    ]),
})

export const malformedChunk = defineFault<{ chunk: number; line: Octets }>({
  name: 'malformedChunk',
  subject: 'body',
  does: 'Sends something else instead of the size line of a chunk.',
  parameters: {
    chunk: count(0, 'Which chunk, counted from 0; the last chunk when there are fewer.', 3),
    line: octets('zz', 'What is sent, its line end left out.'),
  },
  begin: ({ chunk, line }, { command }) => new Pipeline([new Chunking({ command }), new ChunkLineEdit(chunk, line)]),
})

export const missingLastChunk = defineFault<{ ending: 'close' | 'stay' }>({
  name: 'missingLastChunk',
  subject: 'body',
  does: 'Sends the response in chunks and leaves the last one, which is its end, out.',
  parameters: {
    ending: choice(
      ['close', 'stay'],
      'Whether the connection is closed in good order where the last chunk would be, or stays.',
    ),
  },
  begin: ({ ending }, { command }) => new Pipeline([new Chunking({ command }), new LastChunkRemoval(ending)]),
})

class ChunkLineEdit implements Stage {
  readonly #line: Buffer
  /** Chunks that pass before the one whose line is replaced; below 0 once it was. */
  #before: number

  constructor(chunk: number, line: Octets) {
    this.#before = chunk
    this.#line = Buffer.concat([toBuffer(line), Buffer.from('\r\n')])
  }

  *take(given: Send): Iterable<WireAction> {
    if (given.part !== 'chunkLine' && given.part !== 'lastChunk') {
      yield given
      return
    }
    const isTheOne = this.#before === 0 || (this.#before > 0 && given.part === 'lastChunk')
    this.#before = isTheOne ? -1 : this.#before - 1
    yield isTheOne ? send(given.part, this.#edited(given)) : given
  }

  *finish(): Iterable<WireAction> {}

  #edited({ octets: given }: Send): Buffer {
    return Buffer.concat([this.#line, given.subarray(given.indexOf(0x0a) + 1)])
  }
}

class LastChunkRemoval implements Stage {
  readonly #ending: 'close' | 'stay'

  constructor(ending: 'close' | 'stay') {
    this.#ending = ending
  }

  *take(given: Send): Iterable<WireAction> {
    if (given.part !== 'lastChunk') yield given
    else if (this.#ending === 'close') yield { kind: 'close' }
  }

  *finish(): Iterable<WireAction> {}
}
