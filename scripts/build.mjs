// Compiles src/ to dist/, from scratch, so that nothing of a removed file is ever packed.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}dist`, { recursive: true, force: true })
// Comments go where they are read, into the declarations: half of the code would be comments that each start reads and keeps.
compile('--removeComments', '--declaration', 'false')
compile('--emitDeclarationOnly')
const command = `${root}dist/cli/main.js`
if (existsSync(command)) chmodSync(command, 0o755)

function compile(...options) {
  const compiler = `${root}node_modules/typescript/bin/tsc`
  execFileSync(process.execPath, [compiler, '-p', `${root}tsconfig.build.json`, ...options], {
    stdio: ['ignore', 2, 2],
  })
}
