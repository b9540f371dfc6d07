// Compiles src/ to dist/, from scratch, so that nothing of a removed file is ever packed. The declarations stay as they are in
// src/; the code goes into a file per entry, and few that entries share: each file costs a start as much as a hundred requests.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { rolldown } from 'rolldown'

const ENTRIES = ['index', 'testing/index', 'cli/main', 'cli/demo']

const root = fileURLToPath(new URL('..', import.meta.url))
/** `--into FOLDER`: somewhere else; `--code-only`: for whoever wants to run it, and needs no types. */
const { into, 'code-only': isCodeOnly } = parseArgs({
  options: { into: { type: 'string' }, 'code-only': { type: 'boolean', default: false } },
}).values
const dist = into ?? join(root, 'dist')
const modules = mkdtempSync(join(tmpdir(), 'advancedhttpserver-build-'))
try {
  rmSync(dist, { recursive: true, force: true })
  compile('--outDir', modules, ...(isCodeOnly ? ['--declaration', 'false', '--noCheck'] : ['--declarationDir', dist]))
  await bundle()
  chmodSync(join(dist, 'cli/main.js'), 0o755)
} finally {
  rmSync(modules, { recursive: true, force: true })
}

function compile(...options) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const project = join(root, 'tsconfig.build.json')
  execFileSync(process.execPath, [compiler, '-p', project, ...options], { stdio: ['ignore', 2, 2] })
}

async function bundle() {
  const build = await rolldown({
    cwd: modules,
    input: Object.fromEntries(ENTRIES.map((name) => [name, join(modules, `${name}.js`)])),
    external: (specifier, importer, isResolved) => importer !== undefined && !isResolved && !specifier.startsWith('.'),
    platform: 'node',
    treeshake: false,
  })
  await build.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[hash].js',
    // They are read in the sources and in the declarations; here each process would keep them.
    comments: false,
  })
  await build.close()
}
