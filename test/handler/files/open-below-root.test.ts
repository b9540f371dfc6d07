import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { FilePath } from '../../../src/handler/files/file-path.js'
import { openBelowRoot, type OpenOptions } from '../../../src/handler/files/open-below-root.js'
import { type Opening, OpenFile, openFile } from '../../../src/handler/files/open-file.js'
import { WebRoot } from '../../../src/handler/files/web-root.js'
import { unquoteToOctets } from '../../../src/handler/percent-encoding.js'
import { openDescriptors, SECRET, TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
tree.write('file.txt', 'inside\n')
tree.write('dir/inner.txt', 'inside\n')
tree.write('.hidden/inner.txt', 'inside\n')
tree.write('.well-known/acme.txt', 'inside\n')
tree.write('back\\slash.txt', 'inside\n')
tree.link('dir/up', '..')
tree.link('to-file', 'dir/inner.txt')
tree.link('to-dir', 'dir')
tree.link('to-hidden', '.hidden/inner.txt')
tree.link('out-file', '../outside.txt')
tree.link('out-dir', '..')
tree.link('out-absolute', join(tree.base, 'outside.txt'))
tree.link('out-beside', '../root-beside')
tree.link('out-chain', 'out-dir/root/out-file')
tree.link('out-root', '/')
tree.link('dangling', 'nowhere')
tree.link('loop', 'loop')

const STRICT: OpenOptions = { followSymlinks: false, hideDotfiles: false }

async function openAt(target: string, options: OpenOptions = STRICT, root = new WebRoot(tree.root)): Promise<Opening> {
  const path = FilePath.parse(unquoteToOctets(target))
  return path === null ? { kind: 'not-found' } : openBelowRoot(root, path, options)
}

/** The outcome in a word; whatever was opened is closed again. */
async function outcome(target: string, options?: OpenOptions): Promise<string> {
  const opening = await openAt(target, options)
  if ('file' in opening) opening.file.close()
  return opening.kind === 'forbidden' ? opening.reason : opening.kind
}

describe('openBelowRoot', () => {
  test.each([
    ['/file.txt', 'file'],
    ['/', 'directory'],
    ['/dir/inner.txt', 'file'],
    ['/to-file', 'file'],
    ['/to-dir/inner.txt', 'file'],
    ['/dir/up/file.txt', 'file'],
    ['/back%5cslash.txt', 'file'],
    ['/.hidden/inner.txt', 'file'],
    ['/missing', 'not-found'],
    ['/file.txt/x', 'not-found'],
    ['/dangling', 'not-found'],
    ['/loop', 'not-found'],
    ['/file.txt%00', 'not-found'],
    ['/%2e%2e/outside.txt', 'not-found'],
    ['/%252e%252e/outside.txt', 'not-found'],
    ['/..%5coutside.txt', 'not-found'],
    ['/%c0%ae%c0%ae%c0%afoutside.txt', 'not-found'],
    [`/${'a'.repeat(300)}`, 'not-found'],
    [`/${'a/'.repeat(5_000)}`, 'not-found'],
    ['/out-file', 'outside-root'],
    ['/out-absolute', 'outside-root'],
    ['/out-dir', 'outside-root'],
    ['/out-dir/outside.txt', 'outside-root'],
    ['/out-chain', 'outside-root'],
    ['/out-root', 'outside-root'],
    // A name that merely begins like the root's.
    ['/out-beside/near.txt', 'outside-root'],
    ['/out-dir/root/file.txt', 'file'],
  ])('answers %s with %s', async (target, expected) => {
    expect(await outcome(target)).toBe(expected)
  })

  test('follows links out of the root when told to', async () => {
    const options = { ...STRICT, followSymlinks: true }
    expect(await outcome('/out-file', options)).toBe('file')
    expect(await outcome('/out-dir/', options)).toBe('directory')
    expect(await outcome('/dangling', options)).toBe('not-found')
  })

  test.each([
    ['/.hidden/inner.txt', 'hidden'],
    ['/.hidden', 'hidden'],
    ['/to-hidden', 'hidden'],
    ['/%2ehidden/inner.txt', 'hidden'],
    ['/.well-known/acme.txt', 'file'],
    ['/file.txt', 'file'],
  ])('hides dotfiles when told to: %s is %s', async (target, expected) => {
    expect(await outcome(target, { ...STRICT, hideDotfiles: true })).toBe(expected)
  })

  test('refuses pipes and sockets without waiting for their other end', async (context) => {
    const made = tree.makePipe('pipe')
    if (!made) console.warn('skipped, there is no mkfifo command: pipes')
    context.skip(!made)
    expect(await outcome('/pipe')).toBe('special-file')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(tree.root, 'socket'), resolve))
    expect(await outcome('/socket')).toBe('special-file')
    await new Promise((resolve) => server.close(resolve))
  })

  test('refuses a device', async () => {
    const opening = await openFile('/dev/null')
    expect(opening).toEqual({ kind: 'forbidden', reason: 'special-file' })
  })

  test('refuses what this process may not read', async (context) => {
    const isRoot = process.getuid?.() === 0
    if (isRoot) console.warn('skipped, root may read everything: what this process may not read')
    context.skip(isRoot)
    chmodSync(tree.write('locked.txt', 'locked'), 0o000)
    expect(await outcome('/locked.txt')).toBe('permission')
  })

  test('tells its own want of descriptors from a missing file', async () => {
    vi.resetModules()
    vi.doMock('node:fs', async (original) => ({
      ...(await original<typeof import('node:fs')>()),
      open: (_path: string, _flags: number, done: (error: Error, fd: number) => void) =>
        done(Object.assign(new Error('too many open files'), { code: 'EMFILE' }), -1),
    }))
    const { openFile: openWithoutDescriptors } = await import('../../../src/handler/files/open-file.js')
    vi.doUnmock('node:fs')
    expect(await openWithoutDescriptors('/any')).toMatchObject({ kind: 'unavailable', error: { code: 'EMFILE' } })
  })

  test('leaves no descriptor open behind a refusal', async () => {
    const before = openDescriptors(tree.base)
    for (const target of ['/out-file', '/out-dir', '/missing', '/loop', '/file.txt%00']) await outcome(target)
    expect(openDescriptors(tree.base)).toBe(before)
  })

  test('opens nothing that is not really below the real root, whatever the path', async () => {
    const realRoot = realpathSync(tree.root)
    const piece = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('/', '//', '..', '%2e%2e', '.%2e', '%2f', '%5c', '\\', '.', '%2e') },
      { weight: 3, arbitrary: fc.constantFrom('out-file', 'out-dir', 'out-beside', 'out-root', 'out-chain', 'to-dir') },
      {
        weight: 2,
        arbitrary: fc.constantFrom('root', 'dir', 'up', 'outside.txt', 'near.txt', 'file.txt', 'etc/passwd'),
      },
      { weight: 1, arbitrary: fc.constantFrom('%252e%252e', '%c0%ae', '%c0%af', '%00', '%ff', ';', '?', '#', '~') },
      { weight: 1, arbitrary: fc.constantFrom(tree.base, encodeURIComponent(tree.base), '/proc/self/root', 'file:') },
      { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
    )
    const target = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('/')}`)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          target,
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        async (path) => {
          const opening = await openAt(path)
          if (!('file' in opening)) return
          const { fd, stats } = opening.file
          const real = realpathOfDescriptor(fd)
          if (opening.kind === 'file') expect(readFileSync(fd, 'utf8')).not.toBe(SECRET)
          expect(stats.isFile() || stats.isDirectory()).toBe(true)
          if (real !== null) expect(`${real}/`.startsWith(`${realRoot}/`)).toBe(true)
          opening.file.close()
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('notices that the root has become another directory', async () => {
    for (const release of ['one', 'two']) {
      mkdirSync(join(tree.base, release))
      writeFileSync(join(tree.base, release, 'index.txt'), release)
    }
    const current = join(tree.base, 'current')
    symlinkSync('one', current)
    const root = new WebRoot(current)
    const contentAt = async (target: string) => {
      const opening = await openAt(target, STRICT, root)
      if (!('file' in opening)) return opening.kind
      const content = readFileSync(opening.file.fd, 'utf8')
      opening.file.close()
      return content
    }
    expect(await contentAt('/index.txt')).toBe('one')
    symlinkSync('two', join(tree.base, 'next'))
    renameSync(join(tree.base, 'next'), current)
    expect(await contentAt('/index.txt')).toBe('two')
    // The same directory under another name: its identity stays, its path does not.
    renameSync(join(tree.base, 'two'), join(tree.base, 'three'))
    unlinkSync(current)
    symlinkSync('three', current)
    expect(await contentAt('/index.txt')).toBe('two')
    unlinkSync(current)
    expect(await contentAt('/index.txt')).toBe('not-found')
  })

  test('takes / as a root', async () => {
    const opening = await openAt(join(tree.root, 'file.txt'), STRICT, new WebRoot('/'))
    expect(opening.kind).toBe('file')
    if ('file' in opening) opening.file.close()
  })
})

describe('OpenFile', () => {
  test('closes once, and its number is gone then', () => {
    const path = join(tree.root, 'file.txt')
    const fd = openSync(path, 'r')
    const file = new OpenFile(path, fd)
    file.close()
    expect(file.closed).toBe(true)
    expect(file.fd).toBe(-1)
    const next = openSync(path, 'r')
    file.close()
    expect(() => fstatSync(next)).not.toThrow()
    closeSync(next)
  })

  test('is closed by whoever claimed it', () => {
    const path = join(tree.root, 'file.txt')
    const file = new OpenFile(path, openSync(path, 'r'))
    file.claim()
    file.closeUnlessClaimed()
    expect(file.closed).toBe(false)
    file.close()
    const unwanted = new OpenFile(path, openSync(path, 'r'))
    unwanted.closeUnlessClaimed()
    expect(unwanted.closed).toBe(true)
  })
})

function realpathOfDescriptor(fd: number): string | null {
  return process.platform === 'linux' ? realpathSync.native(`/proc/self/fd/${fd}`) : null
}
