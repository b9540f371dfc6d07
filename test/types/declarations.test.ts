/**
 * The declarations that are published: compiled from the sources as they are now, read for what must not be in them, and
 * used by the type tests of this folder under the options that programs are compiled with.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ENTRIES = ['src/index.d.ts', 'src/testing/index.d.ts']

/** Laid out as the repository, with declarations in the place of sources: the type tests' imports lead to them. */
let folder = ''
let typeTests: string[] = []

beforeAll(() => {
  const cache = join(ROOT, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'declarations-'))
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  typeTests = names.map((name) => join(folder, 'test', 'types', name))
  for (const [place, name] of names.entries()) cpSync(join(import.meta.dirname, name), typeTests[place] as string)
  emitDeclarations()
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the published declarations', () => {
  it('name no type of a dependency, except those of Temporal', () => {
    const foreign = reachable().flatMap(({ file, text }) =>
      specifiersIn(text)
        .filter((specifier) => !/^(?:\.|node:|temporal-polyfill$)/.test(specifier))
        .map((specifier) => `${file} names ${specifier}`),
    )
    expect(foreign).toEqual([])
  })

  it('leak no any', () => {
    expect(reachable().flatMap(({ file, text }) => anysIn(file, text))).toEqual([])
  })

  it('can be used in a strict program that checks libraries, too', () => {
    expect(complaints(typeTests, { ...STRICT, skipLibCheck: false })).toEqual([])
  }, 120_000)

  it('can be used where modules are compiled one by one, and no types are included by default', () => {
    const options = { isolatedModules: true, verbatimModuleSyntax: true, exactOptionalPropertyTypes: true, types: [] }
    expect(complaints(typeTests, { ...STRICT, ...options })).toEqual([])
  }, 120_000)

  it('can be used with the older decorators, and with the oldest options that Node 20 programs have', () => {
    const options = { experimentalDecorators: true, target: ts.ScriptTarget.ES2022, noUncheckedIndexedAccess: false }
    const decorated = typeTests.filter((file) => /decorators|support/.test(file))
    expect(complaints(decorated, { ...STRICT, ...options })).toEqual([])
  }, 120_000)
})

const STRICT: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  skipLibCheck: true,
  noEmit: true,
}

function emitDeclarations(): void {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.build.json'), ts.sys.readFile) as { config: object }
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const program = ts.createProgram(fileNames, { ...options, emitDeclarationOnly: true, outDir: join(folder, 'src') })
  const { diagnostics } = program.emit()
  expect(diagnostics.map(show)).toEqual([])
}

/** The files that the entry points lead to: all that a program ever sees. */
function reachable(): { file: string; text: string }[] {
  const found = new Map<string, string>()
  const visit = (path: string): void => {
    if (found.has(path)) return
    const text = readFileSync(path, 'utf8')
    found.set(path, text)
    for (const specifier of specifiersIn(text).filter((name) => name.startsWith('.'))) {
      visit(join(path, '..', specifier.replace(/\.js$/, '.d.ts')))
    }
  }
  for (const entry of ENTRIES) visit(join(folder, entry))
  return Array.from(found, ([path, text]) => ({ file: path.slice(folder.length + 1), text }))
}

function specifiersIn(text: string): string[] {
  const { importedFiles, referencedFiles } = ts.preProcessFile(text)
  return [...importedFiles, ...referencedFiles].map(({ fileName }) => fileName)
}

function anysIn(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.pos)
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file}:${line + 1}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function complaints(files: readonly string[], options: ts.CompilerOptions): string[] {
  return ts.getPreEmitDiagnostics(ts.createProgram(files, options)).map(show)
}

function show(diagnostic: ts.Diagnostic): string {
  return ts.formatDiagnostic(diagnostic, {
    getCurrentDirectory: () => folder,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  })
}
