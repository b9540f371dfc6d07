import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Transcript } from '../../src/testing/transcript.js'

describe('a transcript', () => {
  it('reads like that of curl', () => {
    const transcript = new Transcript()
    transcript.addNote(1, 'connected')
    transcript.addOctets('received', 1, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    transcript.addOctets('sent', 1, Buffer.from('HTTP/1.1 200 OK\nX: \\ \xff\0\t\r\n\r\nhal', 'latin1'))
    transcript.addOctets('sent', 1, Buffer.from('f\r'))
    expect(transcript.format({ times: false }).split('\n')).toEqual([
      '#1 * connected',
      '#1 > GET / HTTP/1.1',
      '#1 > Host: a',
      '#1 > ',
      '#1 < HTTP/1.1 200 OK\\n',
      '#1 < X: \\\\ \\xff\\x00\\t',
      '#1 < ',
      '#1 < hal↩',
      '#1 < f\\r↩',
    ])
  })

  it('begins its lines with milliseconds', () => {
    const transcript = new Transcript()
    transcript.addNote(2, 'connected')
    expect(String(transcript)).toMatch(/^ +\d+\.\d #2 \* connected$/)
    expect(transcript.entries[0]?.at).toBeGreaterThanOrEqual(0)
  })

  it('shows every octet so that it can be read back, however they came', () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 10 })
    const likely = fc.array(fc.constantFrom(...'\r\n\\↩ax'.split('').map((text) => Buffer.from(text, 'latin1'))), {
      minLength: 1,
    })
    fc.assert(
      fc.property(fc.oneof(pieces, likely), (chunks) => {
        const transcript = new Transcript()
        for (const chunk of chunks) transcript.addOctets('sent', 1, Buffer.from(chunk))
        const all = Buffer.concat(chunks)
        expect(transcript.octets('sent')).toEqual(all)
        expect(readBack(transcript.format({ times: false }))).toBe(all.toString('latin1'))
      }),
      { numRuns: 300 },
    )
  })

  it('keeps connections and directions apart', () => {
    const transcript = new Transcript()
    transcript.addOctets('sent', 1, Buffer.from('a'))
    transcript.addOctets('sent', 2, Buffer.from('b'))
    transcript.addOctets('received', 1, Buffer.from('c'))
    expect(transcript.octets('sent').toString()).toBe('ab')
    expect(transcript.octets('sent', 2).toString()).toBe('b')
    expect(transcript.octets('received', 2)).toHaveLength(0)
  })
})

/** What the lines of a transcript say, as latin-1. */
function readBack(formatted: string): string {
  return formatted
    .split('\n')
    .map((line) => {
      const shown = line.slice('#1 < '.length)
      const unfinished = shown.endsWith('↩')
      const text = (unfinished ? shown.slice(0, -1) : shown).replaceAll(/\\(x[0-9a-f]{2}|.)/g, (_, name: string) => {
        if (name.length > 1) return String.fromCharCode(Number.parseInt(name.slice(1), 16))
        return ({ r: '\r', n: '\n', t: '\t' } as Record<string, string>)[name] ?? name
      })
      return unfinished || text.endsWith('\n') ? text : `${text}\r\n`
    })
    .join('')
}
