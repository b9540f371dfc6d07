/** A response head as its lines, each with its own line end, so that faults can edit what other faults have bent already. */
import { Buffer } from 'node:buffer'

/** Status line, field lines and the empty line. */
export type HeadLines = readonly string[]

export function headLines(head: Buffer): string[] {
  return head.toString('latin1').split(/(?<=\n)/)
}

export function joinedLines(lines: HeadLines): Buffer {
  return Buffer.from(lines.join(''), 'latin1')
}

/** Field name of a line, in lower case; empty for lines that are no fields. */
function fieldNameOf(line: string): string {
  const colon = line.indexOf(':')
  return colon < 0 ? '' : line.slice(0, colon).toLowerCase()
}

/** Field value of a line, without the blanks and the line end around it. */
function fieldValueOf(line: string): string {
  return line.slice(line.indexOf(':') + 1).trim()
}

/** Value of the first field of this name; null when there is none. */
export function fieldIn(lines: HeadLines, name: string): string | null {
  const found = fieldLines(lines).find((line) => fieldNameOf(line) === name.toLowerCase())
  return found === undefined ? null : fieldValueOf(found)
}

function fieldLines(lines: HeadLines): string[] {
  return lines.slice(1, -1)
}

/** With field lines added in front of the empty line. */
export function withFields(lines: HeadLines, ...added: readonly string[]): string[] {
  return [...lines.slice(0, -1), ...added.map((line) => `${line}\r\n`), ...lines.slice(-1)]
}

export function withoutField(lines: HeadLines, name: string): string[] {
  return lines.filter((line, place) => place === 0 || fieldNameOf(line) !== name.toLowerCase())
}

/** Each field line of this name replaced by what the function makes of it. */
export function withEditedField(lines: HeadLines, name: string, edit: (line: string) => string): string[] {
  return lines.map((line, place) => (place > 0 && fieldNameOf(line) === name.toLowerCase() ? edit(line) : line))
}

/** Status code of the head; 0 when its status line has none. */
export function statusIn(lines: HeadLines): number {
  return Number(/^HTTP\/\d\.\d (\d{3})/.exec(lines[0] ?? '')?.[1] ?? 0)
}

/** Whether Transfer-Encoding ends in chunked, which is how the body's end is told then (RFC 9112 6.3). */
export function isChunked(lines: HeadLines): boolean {
  return /(?:^|,)[ \t]*chunked$/i.test(fieldIn(lines, 'Transfer-Encoding') ?? '')
}

/** Whether a response with this head has no body, whatever its fields say (RFC 9112 6.3). */
export function isBodiless(lines: HeadLines, command: string): boolean {
  const status = statusIn(lines)
  return command === 'HEAD' || status === 204 || status === 304 || (status >= 100 && status < 200)
}
