/** What lives is counted and visited exactly once, beside a Set that is told the same. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveObjects, type Stay } from '../../src/server/live-objects.js'

describe('live objects', () => {
  it('are those that were added and have not left, whatever the order', () => {
    // A number is who leaves, counted among all that were ever added; null adds one.
    const steps = fc.array(fc.option(fc.nat({ max: 20 })), { maxLength: 40 })
    fc.assert(
      fc.property(steps, (given) => {
        const live = new LiveObjects<object>()
        const expected = new Set<object>()
        const stays: Stay<object>[] = []
        for (const step of given) {
          const leaving = step === null ? undefined : stays[step % Math.max(stays.length, 1)]
          if (leaving !== undefined) {
            live.remove(leaving)
            expected.delete(leaving.object)
          } else {
            const object = {}
            stays.push(live.add(object))
            expected.add(object)
          }
          expect(live.size).toBe(expected.size)
          expect(new Set(live.all())).toEqual(expected)
        }
      }),
    )
  })

  it('may leave while they are visited', () => {
    const live = new LiveObjects<number>()
    const stays = [1, 2, 3].map((number) => live.add(number))
    const seen: number[] = []
    for (const number of live.all()) {
      seen.push(number)
      for (const stay of stays) live.remove(stay)
    }
    expect(seen).toEqual([1, 2, 3])
    expect(live.size).toBe(0)
  })
})
