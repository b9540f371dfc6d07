/**
 * Defects that a reader could have, each as one change of its source. The properties are worth something when each defect
 * breaks at least one of them. `find` must occur exactly once, so that a mutant can't go stale unnoticed.
 */
export interface Mutant {
  readonly name: string
  /** File below `src/http/llhttp`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export const REQUEST_MUTANTS: readonly Mutant[] = [
  {
    name: 'the stand-in begins where the verb begins',
    file: 'wasm.ts',
    find: 'const begin = end - standIn.length',
    replace: 'const begin = Math.max(0, end - standIn.length - 1)',
  },
  {
    name: 'the first piece of a cut verb is lost',
    file: 'request-reader.ts',
    find: "this.recorder.section.text += chunk.toString('latin1', piece, at)",
    replace: '',
  },
  {
    name: 'llhttp does not stop behind a message',
    file: 'message-recorder.ts',
    find: 'this.messageComplete = true\n    return PAUSED',
    replace: 'this.messageComplete = true\n    return OK',
  },
  {
    name: 'llhttp does not stop behind a head',
    file: 'message-recorder.ts',
    find: 'return upgrade || this.section.mayFrameBody ? PAUSED : OK',
    replace: 'return OK',
  },
  {
    name: 'the parser begins anew behind a head instead of going on',
    file: 'message-reader.ts',
    find: 'const result = this.parser.resumeAt(queue.at)',
    replace: `(this.#parser as LlhttpParser).release()
      this.#parser = null
      this.parser.load(queue.chunk)
      const result: number = OK`,
  },
  {
    name: 'POST stands in for the verb, which RTSP has too',
    file: 'request-reader.ts',
    find: "Buffer.from('PUT')",
    replace: "Buffer.from('POST')",
  },
  {
    name: 'CONNECT is replaced like any other verb',
    file: 'request-reader.ts',
    find: "if (verb === 'CONNECT') standIn = CONNECT",
    replace: '',
  },
  {
    name: 'blanks behind a value stay in it',
    file: 'field-section.ts',
    find: 'if (code !== SP && code !== HTAB) break',
    replace: 'break',
  },
  {
    name: 'LF in front of a verb is not skipped',
    file: 'request-reader.ts',
    find: 'if (octet !== CR && octet !== LF) {',
    replace: 'if (octet !== CR) {',
  },
  {
    name: 'positions are one too high from the second chunk on',
    file: 'octet-queue.ts',
    find: 'this.chunkStart += this.chunk.length',
    replace: 'this.chunkStart += this.chunk.length + (this.chunkStart === 0 && this.chunk.length > 0 ? 1 : 0)',
  },
  {
    name: 'a piece of a name counts as a field',
    file: 'message-recorder.ts',
    find: 'return offset + length === this.#chunkLength ? OK : this.#countField(position + length)',
    replace: 'return this.#countField(position + length)',
  },
  {
    name: 'a declined upgrade is resumed like any other message',
    file: 'message-reader.ts',
    find: 'if (this.recorder.upgrade) this.parser.declineUpgrade()\n      else this.parser.resume()',
    replace: 'this.parser.resume()',
  },
  {
    name: 'the scratch area is not filled again after another parser',
    file: 'wasm.ts',
    find: 'if (llhttp.scratchOwner === this) return',
    replace: 'if (llhttp.scratchOwner !== null) return',
  },
  {
    name: 'CR alone ends a request line',
    file: 'message-reader.ts',
    find: 'chunk[at] !== CR && chunk[at] !== LF',
    replace: 'chunk[at] !== CR',
  },
]

export const RESPONSE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a response to HEAD is taken to have a body',
    file: 'response-reader.ts',
    find: "return this.method === 'HEAD' || isInterim(status) ? NO_BODY : PAUSED",
    replace: 'return isInterim(status) ? NO_BODY : PAUSED',
  },
  {
    name: 'an interim response is taken to have a body',
    file: 'response-reader.ts',
    find: "return this.method === 'HEAD' || isInterim(status) ? NO_BODY : PAUSED",
    replace: "return this.method === 'HEAD' ? NO_BODY : PAUSED",
  },
  {
    name: 'an interim response answers its request',
    file: 'response-reader.ts',
    find: 'if (!interim) this.#expected.shift()',
    replace: 'this.#expected.shift()',
  },
  {
    name: 'a tunnel is taken for a body',
    file: 'response-reader.ts',
    find: 'if (beginsTunnel(status, this.method)) return NO_BODY_BUT_UPGRADE',
    replace: '',
  },
  {
    name: 'the end of the stream does not complete a body',
    file: 'response-reader.ts',
    find: 'return parser.finish() && this.recorder.messageComplete',
    replace: 'return parser.released',
  },
  {
    name: 'the end of the stream completes any body',
    file: 'response-reader.ts',
    find: 'return parser.finish() && this.recorder.messageComplete',
    replace: 'return (this.recorder.messageComplete = true) && !parser.released',
  },
  {
    name: 'requests are answered in the wrong order',
    file: 'response-reader.ts',
    find: 'const [method] = this.#expected',
    replace: 'const method = this.#expected.at(-1)',
  },
]

/** All of them; a mutant's number is its place in this list. */
export const MUTANTS: readonly Mutant[] = [...REQUEST_MUTANTS, ...RESPONSE_MUTANTS]
