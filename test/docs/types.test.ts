/** Every TypeScript block of the documents compiles as a module of its own, and every example holds its types. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, expect, it } from 'vitest'
import { allBlocks, type Block, ROOT } from './support/documents.js'

const cache = join(ROOT, 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'blocks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The root's own strict options, with the package's names leading to its sources. */
function options(more: ts.CompilerOptions = {}): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: object }
  const parsed = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, ROOT)
  return {
    ...parsed.options,
    paths: {
      advancedhttpserver: [join(ROOT, 'src/index.ts')],
      'advancedhttpserver/testing': [join(ROOT, 'src/testing/index.ts')],
    },
    // A style of our own, which no reader has to share: blocks are JavaScript, too, but for their types.
    noImplicitOverride: false,
    // A block may leave names for its reader to use.
    noUnusedLocals: false,
    noUnusedParameters: false,
    ...more,
  }
}

/** On the same line of a file as it is of its document, so that complaints name the place. */
function written(block: Block): string {
  const file = join(folder, `${block.document.replaceAll('/', '-')}-line-${block.line}.ts`)
  writeFileSync(file, `${'\n'.repeat(block.line - 1)}${block.code}\nexport {}\n`)
  return file
}

function complaints(files: readonly string[], given: ts.CompilerOptions): string[] {
  const program = ts.createProgram(files, given)
  return files.flatMap((file) => {
    const source = program.getSourceFile(file)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map((diagnostic) => ts.formatDiagnostic(diagnostic, HOST).trim())
  })
}

const HOST: ts.FormatDiagnosticsHost = {
  getCurrentDirectory: () => folder,
  getCanonicalFileName: (name) => name,
  getNewLine: () => '\n',
}

it('every TypeScript block of the documents compiles', () => {
  const blocks = allBlocks().filter(({ language }) => language === 'ts')
  expect(blocks.length).toBeGreaterThan(20)
  expect(complaints(blocks.map(written), options())).toEqual([])
}, 120_000)

it('every example holds its types', () => {
  const files = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.mjs'))
  const paths = files.map((name) => join(ROOT, 'examples', name))
  expect(paths.length).toBeGreaterThan(8)
  expect(complaints(paths, options({ allowJs: true, checkJs: true, noImplicitAny: false }))).toEqual([])
}, 120_000)
