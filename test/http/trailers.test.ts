import { expect, test } from 'vitest'
import { keptTrailers } from '../../src/http/trailers.js'

test('fields that frame, route or authorise are dropped, in any case', () => {
  const list = ['X-Sum', '1', 'HOST', 'b', 'Authorization', 'c', 'content-length', '3', 'x-sum', '2']
  expect(keptTrailers(list).items()).toEqual([
    ['X-Sum', '1'],
    ['x-sum', '2'],
  ])
})
