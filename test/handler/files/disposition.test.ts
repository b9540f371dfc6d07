import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attachment } from '../../../src/handler/files/disposition.js'
import { fieldLine } from '../../../src/http/response-head.js'

describe('attachment', () => {
  test.each([
    ['hello.txt', 'attachment; filename=hello.txt'],
    ['a b&c<d>.txt', 'attachment; filename="a b&c<d>.txt"'],
    ['semi;colon "quoted".txt', 'attachment; filename="semi;colon \\"quoted\\".txt"'],
    ['ümläut.txt', `attachment; filename="?ml?ut.txt"; filename*=UTF-8''%C3%BCml%C3%A4ut.txt`],
    ['100%41.txt', `attachment; filename=100%41.txt; filename*=UTF-8''100%2541.txt`],
    ['line\r\nbreak', `attachment; filename="line??break"; filename*=UTF-8''line%0D%0Abreak`],
  ])('names %j', (name, value) => {
    expect(attachment(name)).toBe(value)
  })

  test('tells octets that are no UTF-8 as U+FFFD', () => {
    const name = Buffer.from([0x62, 0xff, 0x2e, 0x74])
    expect(attachment(name)).toBe(`attachment; filename="b?.t"; filename*=UTF-8''b%EF%BF%BD.t`)
  })

  test('is a field line for every name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(() => fieldLine('Content-Disposition', attachment(name))).not.toThrow()
      }),
    )
    expect(() => attachment('\ud800')).not.toThrow()
  })
})
