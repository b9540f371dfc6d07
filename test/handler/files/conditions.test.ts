import { describe, expect, test } from 'vitest'
import { checkConditions, type Verdict } from '../../../src/handler/files/conditions.js'
import { Headers } from '../../../src/http/headers.js'

const VALIDATORS = { etag: '"now"', lastModified: 'Fri, 13 Feb 2009 23:31:30 GMT' }
const BEFORE = 'Fri, 13 Feb 2009 23:31:29 GMT'
const SAME = 'Fri, 13 Feb 2009 23:31:30 GMT'
const AFTER = 'Fri, 13 Feb 2009 23:31:31 GMT'

function check(method: string, fields: readonly (readonly [string, string])[], validators = VALIDATORS): Verdict {
  return checkConditions(method, new Headers(fields), validators)
}

describe('checkConditions', () => {
  test.each<[title: string, fields: [string, string][], verdict: Verdict]>([
    ['nothing asked', [], 'proceed'],
    ['the tag', [['If-None-Match', '"now"']], 'not-modified'],
    ['the tag, weak', [['If-None-Match', 'W/"now"']], 'not-modified'],
    ['the tag among others', [['If-None-Match', '"old", "now"']], 'not-modified'],
    [
      'the tag in a second field',
      [
        ['If-None-Match', '"old"'],
        ['if-none-match', '"now"'],
      ],
      'not-modified',
    ],
    ['any tag', [['If-None-Match', '*']], 'not-modified'],
    ['another tag', [['If-None-Match', '"old"']], 'proceed'],
    ['an empty list', [['If-None-Match', '']], 'proceed'],
    ['the same date', [['If-Modified-Since', SAME]], 'not-modified'],
    ['a later date', [['If-Modified-Since', AFTER]], 'not-modified'],
    ['an earlier date', [['If-Modified-Since', BEFORE]], 'proceed'],
    ['an obsolete form of the same date', [['If-Modified-Since', 'Fri Feb 13 23:31:30 2009']], 'not-modified'],
    ['no date', [['If-Modified-Since', '2030']], 'proceed'],
    [
      'two dates',
      [
        ['If-Modified-Since', AFTER],
        ['If-Modified-Since', AFTER],
      ],
      'proceed',
    ],
    [
      'another tag and a later date',
      [
        ['If-None-Match', '"old"'],
        ['If-Modified-Since', AFTER],
      ],
      'proceed',
    ],
    [
      'the tag and an earlier date',
      [
        ['If-None-Match', '"now"'],
        ['If-Modified-Since', BEFORE],
      ],
      'not-modified',
    ],
    ['the tag required', [['If-Match', '"now"']], 'proceed'],
    ['the tag required among others', [['If-Match', '"old", "now"']], 'proceed'],
    ['any tag required', [['If-Match', '*']], 'proceed'],
    ['another tag required', [['If-Match', '"old"']], 'precondition-failed'],
    ['a weak tag required', [['If-Match', 'W/"now"']], 'precondition-failed'],
    ['no tag where one is required', [['If-Match', 'now']], 'precondition-failed'],
    ['unmodified since the same date', [['If-Unmodified-Since', SAME]], 'proceed'],
    ['unmodified since an earlier date', [['If-Unmodified-Since', BEFORE]], 'precondition-failed'],
    ['unmodified since no date', [['If-Unmodified-Since', 'yesterday']], 'proceed'],
    [
      'the tag required and an earlier date',
      [
        ['If-Match', '"now"'],
        ['If-Unmodified-Since', BEFORE],
      ],
      'proceed',
    ],
    [
      'the tag required and known',
      [
        ['If-Match', '"now"'],
        ['If-None-Match', '"now"'],
      ],
      'not-modified',
    ],
    [
      'another tag required, the tag known',
      [
        ['If-Match', '"old"'],
        ['If-None-Match', '"now"'],
      ],
      'precondition-failed',
    ],
    [
      'no-cache beside the tag',
      [
        ['If-None-Match', '"now"'],
        ['Cache-Control', 'no-cache'],
      ],
      'not-modified',
    ],
  ])('GET with %s', (_title, fields, verdict) => {
    expect(check('GET', fields)).toBe(verdict)
    expect(check('HEAD', fields)).toBe(verdict)
  })

  test('a known tag fails any other verb, a date does not concern it', () => {
    expect(check('POST', [['If-None-Match', '"now"']])).toBe('precondition-failed')
    expect(check('POST', [['If-None-Match', '*']])).toBe('precondition-failed')
    expect(check('POST', [['If-Modified-Since', AFTER]])).toBe('proceed')
    expect(check('POST', [['If-Match', '"old"']])).toBe('precondition-failed')
  })

  test('a weak tag of ours answers a question, but meets no requirement', () => {
    const young = { ...VALIDATORS, etag: 'W/"now"' }
    expect(check('GET', [['If-None-Match', '"now"']], young)).toBe('not-modified')
    expect(check('GET', [['If-Match', 'W/"now"']], young)).toBe('precondition-failed')
  })
})
