import { describe, expect, test } from 'vitest'
import { RecentPaths } from '../../../src/handler/files/recent-paths.js'

describe('RecentPaths', () => {
  test('trusts what was served in the last ten seconds', () => {
    const paths = new RecentPaths()
    expect(paths.has('/a', 0)).toBe(false)
    paths.add('/a', 0)
    expect(paths.has('/a', 9_999)).toBe(true)
    expect(paths.has('/a', 10_000)).toBe(false)
    expect(paths.has('/b', 1)).toBe(false)
  })

  test('remembers a bounded number of paths', () => {
    const paths = new RecentPaths()
    for (let count = 0; count < 5_000; count++) paths.add(`/${count}`, 0)
    const remembered = Array.from({ length: 5_000 }, (_, count) => `/${count}`).filter((path) => paths.has(path, 1))
    expect(remembered.length).toBeLessThanOrEqual(1_024)
    expect(paths.has('/4999', 1)).toBe(true)
  })

  test('leaves everything to the thread pool for a minute when direct calls are slow on the average', () => {
    const paths = new RecentPaths()
    for (let count = 0; count < 20; count++) paths.judge(25, 1_000)
    paths.add('/a', 1_000)
    expect(paths.has('/a', 1_001)).toBe(false)
    paths.add('/a', 60_999)
    expect(paths.has('/a', 60_999)).toBe(false)
    expect(paths.has('/a', 61_000)).toBe(true)
  })

  test('bears with a single slow call, but not with a very long one', () => {
    const paths = new RecentPaths()
    paths.add('/a', 0)
    paths.judge(100, 1)
    for (let count = 0; count < 100; count++) paths.judge(0.01, 2)
    expect(paths.has('/a', 3)).toBe(true)
    paths.judge(500, 4)
    expect(paths.has('/a', 5)).toBe(false)
  })
})
