import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { htmlEscape } from '../../src/handler/html-escape.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

const { cases } = pureVectors<{ input: string; quote: boolean; result: string }>('html_escape')

test.each(cases)('escapes $input as Python does, quotes: $quote', ({ input, quote, result }) => {
  expect(htmlEscape(input, quote)).toBe(result)
})

test('escapes any text as Python does', (context) => {
  const text = fc.string({ unit: fc.constantFrom('&', '<', '>', '"', "'", ';', 'amp', 'é', '\u{1f600}') })
  const texts = fc.sample(fc.tuple(text, fc.boolean()), { numRuns: 500, seed: 1 })
  const program =
    'import html, json, sys; print(json.dumps([html.escape(text, quote) for text, quote in json.load(sys.stdin)]))'
  expect(texts.map(([text, quote]) => htmlEscape(text, quote))).toEqual(runPython(context, program, texts))
})
