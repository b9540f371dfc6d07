import { expect, test } from 'vitest'
import { STATUS, statusPhrase } from '../../src/http/status.js'
import { pureVectors } from '../support/pure-vectors.js'

interface StatusCase {
  code: number
  phrase: string
  description: string
}
interface StatusDifference {
  code: number
  python_3_13: [phrase: string, description: string]
}

const { cases, differences = [] } = pureVectors<StatusCase, StatusDifference>('status')
const renamed = new Map(differences.map(({ code, python_3_13 }) => [code, python_3_13]))

test('the registered codes are those of Python, in its order', () => {
  expect([...STATUS.keys()]).toEqual(cases.map(({ code }) => code))
})

test.each(cases)('$code has the phrase and description of Python 3.13', ({ code, phrase, description }) => {
  const [newPhrase, newDescription] = renamed.get(code) ?? [phrase, description]
  expect(STATUS.get(code)).toEqual({ phrase: newPhrase, description: newDescription })
  expect(statusPhrase(code)).toBe(newPhrase)
})

test('a code without a name has an empty phrase', () => {
  expect(statusPhrase(299)).toBe('')
})
