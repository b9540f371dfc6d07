import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WebRoot } from '../../../src/handler/files/web-root.js'
import { TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()

describe('WebRoot', () => {
  test('tells what lies below it from what merely begins alike', () => {
    const root = new WebRoot(tree.root)
    expect(root.relative(tree.root)).toBe('')
    expect(root.relative(join(tree.root, 'a', 'b'))).toBe(join('a', 'b'))
    expect(root.relative(`${tree.root}-beside/near.txt`)).toBeNull()
    expect(root.relative(tree.base)).toBeNull()
    expect(new WebRoot('/').relative('/etc')).toBe('etc')
  })

  test('is nowhere while there is no such directory', () => {
    const path = join(tree.base, 'later')
    const root = new WebRoot(path)
    expect(root.relative(path)).toBeNull()
    mkdirSync(path)
    expect(root.relative(path)).toBe('')
  })

  test('takes what is below a new root at once, and what is below the old one for no longer than a second', () => {
    for (const release of ['one', 'two']) mkdirSync(join(tree.base, release))
    const current = join(tree.base, 'current')
    symlinkSync('one', current)
    const root = new WebRoot(current)
    const [old, present] = [join(tree.base, 'one', 'a'), join(tree.base, 'two', 'a')]
    expect(root.relative(old, 0)).toBe('a')
    symlinkSync('two', join(tree.base, 'next'))
    renameSync(join(tree.base, 'next'), current)
    expect(root.relative(old, 999)).toBe('a')
    expect(root.relative(old, 1_000)).toBeNull()
    expect(root.relative(present, 1_001)).toBe('a')
    rmSync(current)
    symlinkSync('one', current)
    expect(root.relative(old, 1_002)).toBe('a')
  })

  test('is remembered for its owner until the setting changes', () => {
    const owner = {}
    const root = WebRoot.of(owner, '/srv')
    expect(WebRoot.of(owner, '/srv')).toBe(root)
    expect(WebRoot.of({}, '/srv')).not.toBe(root)
    expect(WebRoot.of(owner, '/other').path).toBe('/other')
  })
})
