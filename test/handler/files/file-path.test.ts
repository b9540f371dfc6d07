import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FilePath } from '../../../src/handler/files/file-path.js'

function namesOf(path: string, platform: NodeJS.Platform = 'linux'): readonly string[] | null {
  return FilePath.parse(Buffer.from(path), platform)?.names ?? null
}

describe('FilePath', () => {
  test.each<[path: string, names: string[]]>([
    ['/', []],
    ['', []],
    ['/a/b', ['a', 'b']],
    ['//a///b//', ['a', 'b']],
    ['/a/./b/.', ['a', 'b']],
    ['/a/../b', ['b']],
    ['/../../b', ['b']],
    ['/a/b/../..', []],
    ['/.../a', ['...', 'a']],
    ['/..a/a..', ['..a', 'a..']],
    ['/a\\..\\b', ['a\\..\\b']],
    ['*', ['*']],
  ])('reads %j as names below the root', (path, names) => {
    expect(namesOf(path)).toEqual(names)
  })

  test('keeps octets that are no UTF-8', () => {
    const path = FilePath.parse(Buffer.from([0x2f, 0xff, 0x61]))
    expect(path?.names).toEqual(['\xffa'])
    expect(path?.below('/srv')).toEqual(Buffer.from([...Buffer.from('/srv/'), 0xff, 0x61]))
  })

  test('gives text for UTF-8', () => {
    expect(FilePath.parse(Buffer.from('/中/é'))?.below('/srv')).toBe('/srv/中/é')
    expect(FilePath.parse(Buffer.from('/a'))?.below('/')).toBe('/a')
  })

  test('refuses NUL', () => {
    expect(namesOf('/a\0')).toBeNull()
    expect(namesOf('/..\0/a')).toBeNull()
  })

  test.each(['/a\\b', '/..\\b', '/C:', '/a:stream', '/a.', '/a ', '/a./b'])(
    'refuses %j on Windows, where it would name something else than it says',
    (path) => {
      expect(namesOf(path, 'win32')).toBeNull()
      expect(namesOf(path, 'linux')).not.toBeNull()
    },
  )

  test('tells whether a directory is asked for', () => {
    expect(FilePath.parse(Buffer.from('/a/'))?.endsWithSlash).toBe(true)
    expect(FilePath.parse(Buffer.from('/a/.'))?.endsWithSlash).toBe(false)
  })

  test('never holds a name that leads upwards or through another', () => {
    const piece = fc.constantFrom('..', '.', '/', '//', 'a', '\\', '\xff', ' ', '...')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const names = FilePath.parse(Buffer.from(pieces.join(''), 'latin1'))?.names ?? []
        for (const name of names) {
          expect(['', '.', '..']).not.toContain(name)
          expect(name).not.toMatch(/[/\0]/)
        }
      }),
    )
  })
})
