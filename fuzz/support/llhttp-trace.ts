/** Every callback of one llhttp, as lines, to compare two builds of it. */
import { OK } from '../../src/http/llhttp/error-codes.js'
import { type Llhttp, LlhttpParser, REQUEST } from '../../src/http/llhttp/wasm.js'

export function traceLlhttp(llhttp: Llhttp, pieces: readonly Buffer[]): string[] {
  const lines: string[] = []
  const note = (...words: unknown[]): number => {
    lines.push(words.join(' '))
    return OK
  }
  const parser = new LlhttpParser(
    REQUEST,
    {
      onFieldName: (offset, length) => note('name', offset, length),
      onFieldValue: (offset, length) => note('value', offset, length),
      onHeadersComplete: (status, upgrade, keepsAlive) => note('head', status, upgrade, keepsAlive),
      onBody: (offset, length) => note('body', offset, length),
      onMessageComplete: () => note('end'),
    },
    llhttp,
  )
  for (const piece of pieces) {
    parser.load(piece)
    const result = parser.execute(0)
    if (result === OK) continue
    note('result', result, parser.position)
    break
  }
  parser.release()
  return lines
}
