import { describe, expect, test } from 'vitest'
import { acceptedPrecompressions } from '../../../src/handler/files/precompressed.js'

describe('acceptedPrecompressions', () => {
  test.each<[accept: string, codings: string[]]>([
    ['', []],
    ['gzip, deflate, br, zstd', ['br', 'gzip']],
    ['gzip', ['gzip']],
    ['x-gzip', ['gzip']],
    ['GZIP;Q=0.5', ['gzip']],
    ['br;q=0.5, gzip', ['gzip', 'br']],
    ['br;q=0, gzip;q=0.001', ['gzip']],
    ['*', ['br', 'gzip']],
    ['*;q=0.1, br;q=0', ['gzip']],
    ['identity', []],
    ['gzip;q=2', []],
    ['gzip;q=', []],
    ['gzip ; q=0.8 , br', ['br', 'gzip']],
    [`${'x,'.repeat(1_000)}gzip`, []],
  ])('%j allows %j', (accept, codings) => {
    expect(acceptedPrecompressions(accept).map(({ coding }) => coding)).toEqual(codings)
  })
})
