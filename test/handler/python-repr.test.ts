import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pythonRepr } from '../../src/handler/python-repr.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

const { cases } = pureVectors<{ input: string; result: string }>('repr')

test.each(cases)('shows text as $result', ({ input, result }) => {
  expect(pythonRepr(input)).toBe(result)
})

test('shows null as None', () => {
  expect(pythonRepr(null)).toBe('None')
})

test('shows latin-1 text and octets as Python does', (context) => {
  const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x22, 0x27, 0x5c))
  const lists = fc.sample(fc.array(octet), { numRuns: 500, seed: 1 })
  const program = `
import json, sys
print(json.dumps([[repr(bytes(octets)), repr(bytes(octets).decode('latin-1'))] for octets in json.load(sys.stdin)]))`
  const ours = lists.map((octets) => [pythonRepr(Uint8Array.from(octets)), pythonRepr(String.fromCharCode(...octets))])
  expect(ours).toEqual(runPython(context, program, lists))
})

test('escapes what does not print, beyond latin-1 too', () => {
  expect(pythonRepr('\u2028\ud800\u{e0001}\u200b中\u{1f600}')).toBe("'\\u2028\\ud800\\U000e0001\\u200b中\u{1f600}'")
})
