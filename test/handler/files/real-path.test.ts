import { mkdirSync, openSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OpenFile } from '../../../src/handler/files/open-file.js'
import { pathByIdentity, realPathOf } from '../../../src/handler/files/real-path.js'
import { TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
tree.write('dir/inner.txt', 'inside\n')
tree.link('to-file', 'dir/inner.txt')

/** Real path of what a path leads to now. @param now - Milliseconds. */
function realPathAt(path: string, now: number): string | null {
  const file = new OpenFile(path, openSync(path, 'r'))
  try {
    return realPathOf(file, now)
  } finally {
    file.close()
  }
}

describe('realPathOf', () => {
  test('sees through links', () => {
    expect(realPathAt(join(tree.root, 'to-file'), 0)).toBe(join(tree.root, 'dir', 'inner.txt'))
  })

  test('remembers nothing of a file that was moved away, or replaced', () => {
    const path = tree.write('moved.txt', 'one') as string
    expect(realPathAt(path, 0)).toBe(path)
    renameSync(path, join(tree.base, 'elsewhere.txt'))
    symlinkSync('../elsewhere.txt', path)
    expect(realPathAt(path, 1)).toBe(join(tree.base, 'elsewhere.txt'))
    unlinkSync(path)
    tree.write('moved.txt', 'two')
    expect(realPathAt(path, 2)).toBe(path)
  })

  test('notices within a second that a directory above was moved away', () => {
    tree.write('above/file.txt', '')
    const path = join(tree.root, 'above', 'file.txt')
    expect(realPathAt(path, 0)).toBe(path)
    renameSync(join(tree.root, 'above'), join(tree.base, 'above'))
    symlinkSync('../above', join(tree.root, 'above'))
    expect(realPathAt(path, 1_000)).toBe(join(tree.base, 'above', 'file.txt'))
  })

  test('keeps two thousand files apart', () => {
    mkdirSync(join(tree.root, 'many'))
    for (let count = 0; count < 2_000; count++) {
      const path = tree.write(`many/${count}`) as string
      expect(realPathAt(path, 0)).toBe(path)
    }
  })
})

describe('pathByIdentity', () => {
  test('gives the real path of a file whose name still leads to it', () => {
    const path = join(tree.root, 'to-file')
    const file = new OpenFile(path, openSync(path, 'r'))
    expect(pathByIdentity(file)).toBe(join(tree.root, 'dir', 'inner.txt'))
    file.close()
  })

  test('gives nothing when the name leads elsewhere by now', () => {
    const path = tree.write('swapped.txt', 'first') as string
    const file = new OpenFile(path, openSync(path, 'r'))
    unlinkSync(path)
    expect(pathByIdentity(file)).toBeNull()
    symlinkSync('../outside.txt', path)
    expect(pathByIdentity(file)).toBeNull()
    file.close()
  })
})
