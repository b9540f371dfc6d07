import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createExtensionsMap, guessMimeType, mimetypes_init } from '../../src/handler/mime-types.js'
import { pureVectors } from '../support/pure-vectors.js'
import { runPython } from '../support/python.js'

/** A mime.types file that is gone after the test. */
function mimeTypesFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'mime-types-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'mime.types')
  writeFileSync(file, text)
  return file
}

test('the table is that of Python 3.13, with the types that the original adds', () => {
  const { cases } = pureVectors<{ extension: string; type: string; type_3_13?: string }>('mime_table')
  const expected = Object.fromEntries(cases.map(({ extension, type, type_3_13 }) => [extension, type_3_13 ?? type]))
  expect({ ...createExtensionsMap() }).toEqual(expected)
})

describe('guessMimeType', () => {
  const { cases } = pureVectors<{ path: string; type: string; type_3_13?: string }>('mime')
  test.each(cases)('takes $path for $type', ({ path, type, type_3_13 }) => {
    expect(guessMimeType(path, createExtensionsMap())).toBe(type_3_13 ?? type)
  })

  test('tries the extension as it is written, then in lower case', () => {
    const extensions = createExtensionsMap()
    expect(guessMimeType('/a.d/UPPER.HTML', extensions)).toBe('text/html')
    extensions['.HTML'] = 'text/x-shouted'
    expect(guessMimeType('/a.d/UPPER.HTML', extensions)).toBe('text/x-shouted')
    expect(guessMimeType('/a.html/file', extensions)).toBe('application/octet-stream')
    extensions[''] = 'text/x-default'
    expect(guessMimeType('file', extensions)).toBe('text/x-default')
  })

  test('finds the extension that Python finds', (context) => {
    const paths = fc.sample(fc.string({ unit: fc.constantFrom('.', 'a', '/', 'TXT') }), { numRuns: 500, seed: 1 })
    const program = `
import json, posixpath, sys
print(json.dumps(['text/plain' if posixpath.splitext(path)[1].lower() == '.txt' else 'other' for path in json.load(sys.stdin)]))`
    const extensions = { '.txt': 'text/plain', '': 'other' }
    expect(paths.map((path) => guessMimeType(path, extensions))).toEqual(runPython(context, program, paths))
  })
})

describe('mimetypes_init', () => {
  test('adds the types of the given files, the last one winning', () => {
    const first = mimeTypesFile('text/x-one one uno\ntext/x-both both\n')
    const second = mimeTypesFile(
      '# text/x-comment comment\ntext/x-both both # trailing\n\nonly/type\r\ntext/x-win\twin\n',
    )
    const extensions = createExtensionsMap()
    mimetypes_init(extensions, [first, '/no/such/file', second])
    expect(extensions).toMatchObject({
      '.one': 'text/x-one',
      '.uno': 'text/x-one',
      '.both': 'text/x-both',
      '.win': 'text/x-win',
    })
    expect(Object.keys(extensions)).not.toContain('.comment')
    expect(Object.keys(extensions)).not.toContain('.trailing')
  })

  test('leaves the types of the original as they are', () => {
    const extensions = createExtensionsMap()
    mimetypes_init(extensions, [mimeTypesFile('text/x-python py\n')])
    expect(extensions['.py']).toBe('text/plain')
  })
})
