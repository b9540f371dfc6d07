// Compiles src/ to dist/, from scratch, so that nothing of a removed file is ever packed.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}dist`, { recursive: true, force: true })
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`], {
  stdio: ['ignore', 2, 2],
})
const command = `${root}dist/cli/main.js`
if (existsSync(command)) chmodSync(command, 0o755)
