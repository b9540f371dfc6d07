// Makes a fresh clone ready: installs what package-lock.json names when it is not there yet, and with --build compiles.
// Everything that has to run before "npm start" or "npm test" starts here, so that either works alone.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const lockFile = `${root}package-lock.json`
const stamp = `${root}node_modules/.installed-lock`
const lock = readFileSync(lockFile, 'utf8')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing dependencies (npm ci) ...')
  // stdout stays the script's own: what npm says goes to stderr.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  writeFileSync(stamp, lock)
}
if (process.argv.includes('--build')) {
  execFileSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: ['ignore', 2, 2] })
}
