import { describe, expect, test } from 'vitest'
import {
  type FileFacts,
  type FilePlan,
  planFileResponse,
  planOriginalResponse,
} from '../../../src/handler/files/file-response.js'
import { Headers } from '../../../src/http/headers.js'

const DATE = 'Fri, 13 Feb 2009 23:31:30 GMT'
const FACTS: FileFacts = { size: 13, contentType: 'text/plain', lastModified: DATE, etag: '"now"', settled: true }

function plan(fields: readonly (readonly [string, string])[] = [], more: Partial<FileFacts> = {}, method = 'GET') {
  return planFileResponse(method, new Headers(fields), { ...FACTS, ...more })
}

function head({ status, fields }: FilePlan): string[] {
  return [String(status), ...fields.map(([name, value]) => `${name}: ${value}`)]
}

const PLAIN = ['200', 'Content-Type: text/plain', 'Content-Length: 13', `Last-Modified: ${DATE}`]
const ADDED = ['ETag: "now"', 'Accept-Ranges: bytes']

describe('planOriginalResponse', () => {
  test('has the fields of the original in its order', () => {
    expect(head(planOriginalResponse(FACTS))).toEqual(PLAIN)
    expect(head(planOriginalResponse({ ...FACTS, attachmentName: 'a.txt' }))).toEqual([
      ...PLAIN.slice(0, 3),
      'Content-Disposition: attachment; filename=a.txt',
      ...PLAIN.slice(3),
    ])
  })
})

describe('planFileResponse', () => {
  test('adds fields behind those of the original to a plain GET', () => {
    expect(head(plan())).toEqual([...PLAIN, ...ADDED])
    expect(plan().body).toEqual([{ start: 0, length: 13 }])
  })

  test('has no body for an empty file', () => {
    expect(plan([], { size: 0 }).body).toEqual([])
  })

  test('gives one range as it is', () => {
    const answer = plan([['Range', 'bytes=0-3']])
    expect(head(answer)).toEqual([
      '206',
      'Content-Type: text/plain',
      'Content-Length: 4',
      `Last-Modified: ${DATE}`,
      ...ADDED,
      'Content-Range: bytes 0-3/13',
    ])
    expect(answer.body).toEqual([{ start: 0, length: 4 }])
  })

  test('gives several ranges as parts, with the length of them all', () => {
    const answer = plan([['Range', 'bytes=0-1,5-6']])
    const fields = new Map(answer.fields)
    expect(answer.status).toBe(206)
    expect(fields.get('Content-Type')).toMatch(/^multipart\/byteranges; boundary=/)
    expect(fields.has('Content-Range')).toBe(false)
    expect(fields.get('Content-Length')).toBe(answer.body.reduce((sum, part) => sum + part.length, 0))
    expect(answer.body).toHaveLength(5)
  })

  test('tells the size when no range can be satisfied', () => {
    const answer = plan([['Range', 'bytes=13-']])
    expect(head(answer)).toEqual(['416', 'Content-Length: 0', 'Content-Range: bytes */13'])
    expect(answer.body).toEqual([])
  })

  test('gives ranges for GET alone', () => {
    expect(plan([['Range', 'bytes=0-3']], {}, 'HEAD').status).toBe(200)
    expect(plan([['Range', 'bytes=0-3']], {}, 'POST').status).toBe(200)
  })

  test('answers a known tag with 304, without length and type', () => {
    const answer = plan([['If-None-Match', '"now"']])
    expect(head(answer)).toEqual(['304', `Last-Modified: ${DATE}`, 'ETag: "now"'])
    expect(answer.body).toEqual([])
  })

  test('judges conditions before ranges', () => {
    const range: [string, string] = ['Range', 'bytes=0-3']
    expect(plan([range, ['If-None-Match', '"now"']]).status).toBe(304)
    expect(plan([range, ['If-Match', '"old"']]).status).toBe(412)
    expect(plan([range, ['If-Match', '"now"']]).status).toBe(206)
    expect(plan([range, ['If-Range', '"old"']]).status).toBe(200)
  })

  test('answers a failed condition with 412 and nothing else', () => {
    expect(head(plan([['If-Match', '"old"']]))).toEqual(['412', 'Content-Length: 0'])
  })

  test('says which coding it sends, and that the choice was the client’s', () => {
    const coded = { coding: 'br', negotiated: true }
    expect(head(plan([], coded))).toEqual([...PLAIN, ...ADDED, 'Content-Encoding: br', 'Vary: Accept-Encoding'])
    expect(head(plan([], { negotiated: true }))).toEqual([...PLAIN, ...ADDED, 'Vary: Accept-Encoding'])
    expect(head(plan([['If-None-Match', '*']], coded))).toContain('Vary: Accept-Encoding')
  })
})
