import { openSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listEntries, listNames, sortByName } from '../../../src/handler/files/directory-entries.js'
import { OpenFile } from '../../../src/handler/files/open-file.js'
import { WebRoot } from '../../../src/handler/files/web-root.js'
import { MODIFIED, TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
tree.write('b.txt', 'four')
tree.write('A.txt', '')
tree.write('.dot', '')
tree.makeDirectory('folder')
tree.link('to-file', 'b.txt')
tree.link('to-folder', 'folder')
tree.link('out', '../outside.txt')
tree.link('dangling', 'nowhere')
const hasPipe = tree.makePipe('pipe')

async function withDirectory<T>(path: string, work: (directory: OpenFile) => Promise<T>): Promise<T> {
  const directory = new OpenFile(path, openSync(path, 'r'))
  try {
    return await work(directory)
  } finally {
    directory.close()
  }
}

async function servable(root: WebRoot | null): Promise<string[] | undefined> {
  const options = { hideDotfiles: true, root }
  const entries = await withDirectory(tree.root, (directory) => listEntries(directory, options))
  return entries?.map(({ name }) => name.toString())
}

function inOrder(names: readonly Buffer[]): Buffer[] {
  return sortByName(names.map((name) => ({ name }))).map(({ name }) => name)
}

describe('listNames', () => {
  test('gives everything there is, sorted without regard to case, links told apart', async () => {
    const names = await withDirectory(tree.root, (directory) => listNames(directory, false))
    const shown = names?.map(
      ({ name, isDirectory, isLink }) => `${name.toString()}${isDirectory ? '/' : ''}${isLink ? '@' : ''}`,
    )
    const expected = ['.dot', 'A.txt', 'b.txt', 'dangling@', 'folder/', 'out@', 'pipe', 'to-file@', 'to-folder/@']
    expect(shown).toEqual(hasPipe ? expected : expected.filter((name) => name !== 'pipe'))
  })

  test('leaves dotfiles out when told to', async () => {
    const names = await withDirectory(tree.root, (directory) => listNames(directory, true))
    expect(names?.map(({ name }) => name.toString())).not.toContain('.dot')
  })

  test('gives null for what is no directory', async () => {
    expect(await withDirectory(join(tree.root, 'b.txt'), (file) => listNames(file, false))).toBeNull()
  })
})

describe('listEntries', () => {
  test('gives what can be served: no pipes, no links that lead nowhere or out of the root', async () => {
    const served = ['A.txt', 'b.txt', 'folder', 'to-file', 'to-folder']
    expect(await servable(new WebRoot(tree.root))).toEqual(served)
    expect(await servable(null)).toEqual([...served.slice(0, 3), 'out', ...served.slice(3)])
  })

  test('tells size and time, through links', async () => {
    const options = { hideDotfiles: false, root: new WebRoot(tree.root) }
    const entries = await withDirectory(tree.root, (directory) => listEntries(directory, options))
    const entry = entries?.find(({ name }) => name.toString() === 'to-file')
    expect(entry).toMatchObject({ isLink: true, isDirectory: false, size: 4, mtimeMs: MODIFIED * 1000 })
  })

  test('reads a directory whose name is another by now', async (context) => {
    context.skip(process.platform !== 'linux')
    tree.write('moving/inner.txt', '')
    const path = join(tree.root, 'moving')
    await withDirectory(path, async (directory) => {
      renameSync(path, join(tree.base, 'moved'))
      symlinkSync('..', path)
      const entries = await listEntries(directory, { hideDotfiles: false, root: null })
      expect(entries?.map(({ name }) => name.toString())).toEqual(['inner.txt'])
    })
  })
})

describe('sortByName', () => {
  test('sorts by code point, as Python does, and names alike by their octets', () => {
    const names = ['\u{1f600}', '\ufb00', 'b', 'B', 'a', '_', '-', '10', '9']
    const sorted = inOrder(names.map((name) => Buffer.from(name)))
    expect(sorted.map(String)).toEqual(['-', '10', '9', '_', 'a', 'B', 'b', '\ufb00', '\u{1f600}'])
  })

  test('gives one order for one set of names, whatever order they come in', () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 3 }).map((octets) => Buffer.from(octets))
    const shuffled = fc
      .array(name, { maxLength: 12 })
      .chain((names) => fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })))
    fc.assert(
      fc.property(shuffled, ([names, others]) => {
        expect(inOrder(others)).toEqual(inOrder(names))
      }),
    )
  })
})
