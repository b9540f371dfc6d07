/**
 * The package as somebody gets it who installs it today: what is in the tarball, and an empty project that uses it by
 * `import`, by `require`, from TypeScript, as a command, and by the first example of the README.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { blockNamed } from '../docs/support/documents.js'
import { Program } from '../docs/support/program.js'
import { talk } from '../docs/support/talk.js'
import { PackedPackage, ROOT, runNpm } from './support/packed.js'

let packed: PackedPackage
let project = ''
/** Why nothing could be installed; null when it could. */
let offline: string | null = null

beforeAll(() => {
  packed = new PackedPackage()
  project = join(packed.folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true }\n')
  try {
    runNpm(project, ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', packed.tarball])
  } catch (error) {
    offline = lackOfNetwork(error)
  }
}, 300_000)

afterAll(() => packed.remove())

describe('the tarball', () => {
  it('holds what is compiled, and five files beside it', () => {
    const outside = packed.files.filter((path) => !path.startsWith('dist/'))
    expect(outside.toSorted()).toEqual(
      ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'THIRD-PARTY-LICENSES.md'].toSorted(),
    )
    const kinds = packed.files.filter((path) => path.startsWith('dist/') && !/\.(?:js|d\.ts)$/.test(path))
    expect(kinds).toEqual([])
    expect(packed.files).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']))
  })

  it('holds a declaration of every source, the code of every entry, and no test', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => `dist/${name.replaceAll('\\', '/').replace(/\.ts$/, '.d.ts')}`)
    expect(packed.files.filter((path) => path.endsWith('.d.ts')).toSorted()).toEqual(sources.toSorted())
    const code = packed.files.filter((path) => path.endsWith('.js') && !path.startsWith('dist/chunks/'))
    const entries = ['dist/cli/demo.js', 'dist/cli/main.js', 'dist/index.js', 'dist/testing/index.js']
    expect(code.toSorted()).toEqual(entries)
    expect(packed.files.filter((path) => /\.test\.|not-for-users/.test(path))).toEqual([])
  })
})

describe('a project that has installed it', () => {
  it('imports it, and what it is tested with', (context) => {
    const printed = run(
      context,
      'import.mjs',
      `import { AdvancedHTTPServer } from 'advancedhttpserver'
      import { WireClient } from 'advancedhttpserver/testing'
      console.log(AdvancedHTTPServer.name, WireClient.name)`,
    )
    expect(printed).toBe('AdvancedHTTPServer WireClient\n')
  })

  it('requires it, where Node.js can require modules', (context) => {
    const { require_module = false } = process.features as { readonly require_module?: boolean }
    if (!require_module) {
      skip(context, `Node.js ${process.version} can't require ES modules`)
    }
    const printed = run(context, 'require.cjs', `console.log(require('advancedhttpserver').RequestHandler.name)`)
    expect(printed).toBe('RequestHandler\n')
  })

  it('finds nothing behind the names that are meant for it', (context) => {
    const printed = run(
      context,
      'inside.mjs',
      `await import('advancedhttpserver/dist/http/headers.js').catch(({ code }) => console.log(code))`,
    )
    expect(printed).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n')
  })

  it('has its command', (context) => {
    needInstalled(context)
    const command = join(project, 'node_modules', '.bin', 'advancedhttpserver')
    expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toMatch(/\d+\.\d+\.\d+/)
  })

  it('compiles with it, without a word in its tsconfig.json but the kind of modules', (context) => {
    needInstalled(context)
    lendNodeTypes()
    writeFileSync(join(project, 'purge.mts'), `${blockNamed('run', 'purge').code}\nexport {}\n`)
    writeFileSync(
      join(project, 'tsconfig.json'),
      '{ "compilerOptions": { "module": "nodenext", "noEmit": true }, "files": ["purge.mts"] }\n',
    )
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    expect(execFileSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' })).toBe('')
  }, 120_000)

  it('runs the first example of the README', async (context) => {
    needInstalled(context)
    const file = join(project, 'readme.mjs')
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
    writeFileSync(file, ts.transpileModule(blockNamed('run', 'purge').code, { compilerOptions }).outputText)
    await using program = new Program(file, { cwd: project })
    const response = await talk(await program.port(), 'PURGE /logo.png HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(response).toMatch(/^HTTP\/1\.1 204 /)
  })
})

/** What a program in the project prints. */
function run(context: TestContext, name: string, code: string): string {
  needInstalled(context)
  const file = join(project, name)
  writeFileSync(file, `${code}\n`)
  return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' })
}

function needInstalled(context: TestContext): void {
  if (offline !== null) skip(context, `npm could not install the package: ${offline}`)
}

function skip(context: TestContext, reason: string): never {
  console.warn(`skipped, ${reason}: ${context.task.name}`)
  return context.skip()
}

/** Users who write TypeScript for Node.js have these. */
function lendNodeTypes(): void {
  const types = join(project, 'node_modules', '@types')
  if (existsSync(types)) return
  mkdirSync(types)
  symlinkSync(join(ROOT, 'node_modules', '@types', 'node'), join(types, 'node'))
}

/** @throws the error, unless it says that the registry could not be reached. */
function lackOfNetwork(error: unknown): string {
  const said = String((error as { readonly stderr?: unknown }).stderr)
  const code = /\b(?:ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/
  const reason = code.exec(said)?.[0]
  if (reason === undefined) throw error
  return reason
}
