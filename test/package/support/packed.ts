/**
 * The tarball that would be published, made of the sources as they are now in a folder that looks like the repository:
 * what must not be packed is there to be packed by mistake.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Of the repository's entries, those that are no part of a clone. */
const NOT_CLONED = new Set(['.git', 'node_modules', 'dist', 'coverage'])

export class PackedPackage {
  /** A folder of the system's, outside of the repository, so that none of its packages can be found by accident. */
  readonly folder = mkdtempSync(join(tmpdir(), 'packed-'))
  readonly tarball: string
  /** Paths in the tarball. */
  readonly files: readonly string[]

  constructor() {
    const staged = join(this.folder, 'repository')
    stage(staged)
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), '--into', join(staged, 'dist')])
    const printed = runNpm(staged, ['pack', '--json', '--ignore-scripts', '--pack-destination', this.folder])
    const [{ filename, files }] = JSON.parse(printed) as [{ filename: string; files: { path: string }[] }]
    this.tarball = join(this.folder, filename)
    this.files = files.map(({ path }) => path)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Runs npm without what an npm around this process has put into the environment. */
export function runNpm(cwd: string, args: readonly string[]): string {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_ENV')
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    env: Object.fromEntries(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  })
}

/** Files as they are, folders with one file each. */
function stage(target: string): void {
  mkdirSync(target)
  for (const name of readdirSync(ROOT).filter((entry) => !NOT_CLONED.has(entry))) {
    if (statSync(join(ROOT, name)).isFile()) cpSync(join(ROOT, name), join(target, name))
    else {
      mkdirSync(join(target, name))
      writeFileSync(join(target, name, 'not-for-users.js'), '')
    }
  }
  writeFileSync(join(target, '.env'), 'SECRET=1\n')
}

/** What `package.json` of the repository says. */
export function readManifest(): {
  dependencies: Record<string, string>
  optionalDependencies: Record<string, string>
  license: string
} {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as ReturnType<typeof readManifest>
}
