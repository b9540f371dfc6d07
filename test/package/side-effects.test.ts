/** Importing the package changes nothing: no handle that keeps a process alive, no listener, no global, no environment. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { buildSources } from '../support/compile.js'

/** What a process has that an import could change. Prints whether it has, and what is left at the end that comes by itself. */
const PROGRAM = `
const prototypes = [Object, Array, Function, Promise, Map, Set, String, RegExp, Error, Buffer].map((klass) => klass.prototype)
const state = () => ({
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  globals: Reflect.ownKeys(globalThis).map(String),
  prototypes: prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String)),
  environment: { ...process.env },
  folder: process.cwd(),
  mask: process.umask(),
  trace: Error.stackTraceLimit,
})
const before = JSON.stringify(state())
for (const url of process.argv.slice(1)) await import(url)
const after = JSON.stringify(state())
console.log(before === after ? 'unchanged' : before + '\\n' + after)
// What is left when nothing holds the process any more; its standard streams are its own.
process.once('beforeExit', () => console.log(process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)/.test(name))))
`

it('importing the package changes nothing in the process, and lets it end', () => {
  const compiled = buildSources()
  const urls = ['index.js', 'testing/index.js'].map((name) => pathToFileURL(join(compiled, name)).href)
  const program = ['--input-type=module', '--eval', PROGRAM, ...urls]
  const printed = execFileSync(process.execPath, program, { encoding: 'utf8', timeout: 60_000, stdio: 'pipe' })
  expect(printed).toBe('unchanged\n[]\n')
}, 90_000)
