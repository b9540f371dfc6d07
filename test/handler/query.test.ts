import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Query, TooManyFieldsError, parse_qs, urlencode } from '../../src/handler/query.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

type Pairs = [name: string, values: string[]][]

/** Text made of what a query parser looks at. */
const queryText = fc.string({
  unit: fc.constantFrom('a', 'b', '=', '&', '+', ';', '%', '%41', '%ff', '%C3%A9', ' ', 'é'),
  maxLength: 24,
})

describe('parse_qs', () => {
  const { cases } = pureVectors<{ input: string; keep_blank_values: boolean; result: Pairs }>('parse_qs')
  test.each(cases)('reads $input, blank values kept: $keep_blank_values', ({ input, keep_blank_values, result }) => {
    expect([...parse_qs(input, { keep_blank_values })]).toEqual(result)
  })

  test('reads any text as Python does', (context) => {
    const inputs = fc.sample(fc.tuple(queryText, fc.boolean()), { numRuns: 2_000, seed: 1 })
    const program = `
import json, sys, urllib.parse
print(json.dumps([list(urllib.parse.parse_qs(text, keep).items()) for text, keep in json.load(sys.stdin)]))`
    const ours = inputs.map(([text, keep_blank_values]) => [...parse_qs(text, { keep_blank_values })])
    expect(ours).toEqual(runPython(context, program, inputs))
  })

  test('counts fields as Python does, empty ones included', (context) => {
    const inputs = fc.sample(fc.tuple(queryText, fc.integer({ min: 0, max: 6 })), { numRuns: 500, seed: 1 })
    const program = `
import json, sys, urllib.parse
def accepts(text, most):
    try: urllib.parse.parse_qs(text, max_num_fields=most)
    except ValueError: return False
    return True
print(json.dumps([accepts(text, most) for text, most in json.load(sys.stdin)]))`
    const accepted = inputs.map(([text, max_num_fields]) => {
      try {
        parse_qs(text, { max_num_fields })
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(TooManyFieldsError)
        return false
      }
    })
    expect(accepted).toEqual(runPython(context, program, inputs))
  })

  test('takes Infinity for no limit', () => {
    expect(parse_qs('a=1&b=2', { max_num_fields: Infinity }).size).toBe(2)
  })
})

describe('Query.get', () => {
  test('gives all values of a name, else the fallback, else undefined', () => {
    const query = parse_qs('id=1&id=2')
    expect(query.get('id', [''])[0]).toBe('1')
    expect(query.get('id')).toEqual(['1', '2'])
    expect(query.get('other', [''])[0]).toBe('')
    expect(query.get('other', null)).toBeNull()
    expect(query.get('other')).toBeUndefined()
  })

  test('knows no names but those of the query', () => {
    expect(new Query().get('__proto__')).toBeUndefined()
    expect(parse_qs('constructor=1').get('constructor')).toEqual(['1'])
  })
})

describe('urlencode', () => {
  const { cases } = pureVectors<{ input: Pairs; result: string }>('urlencode')
  test.each(cases)('writes $result', ({ input, result }) => {
    expect(urlencode(new Query(input))).toBe(result)
  })

  test('is undone by parse_qs', () => {
    const pairs = fc.uniqueArray(
      fc.tuple(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' }), { minLength: 1 })),
      {
        selector: ([name]) => name,
      },
    )
    fc.assert(
      fc.property(pairs, (fields) => {
        expect([...parse_qs(urlencode(new Query(fields)), { keep_blank_values: true })]).toEqual(fields)
      }),
    )
  })
})
