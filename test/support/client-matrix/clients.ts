/**
 * The clients of the matrix, each as a program of its own: asked for one URL, with a time limit of its own, it tells as JSON
 * what it got or what it said. A client that its own limit does not stop is killed.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { Outcome } from './scenarios.js'

/** What a client makes of a response. */
export interface Verdict {
  readonly outcome: Outcome
  /** The error in the client's words; for `other`, what it took for the body. */
  readonly detail: string
}

export interface Client {
  readonly name: string
  /** Its version as it tells it; null when this machine does not have it. */
  readonly version: string | null
  /** Program and parameters that ask for the URL. */
  command(url: string): readonly [program: string, ...parameters: string[]]
  read(output: Output): Told
}

interface Output {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a client said: a body, that it has had enough, or an error. */
type Told = { readonly body: string } | { readonly timeout: true } | { readonly error: string }

/** The limit clients are given by their own means, in seconds. */
export const LIMIT_SECONDS = 3
/** A client that lives so long has no limit. */
const KILL_MS = 3 * LIMIT_SECONDS * 1_000

const NODE = process.execPath
const LIMIT_MS = LIMIT_SECONDS * 1_000

/** Reads what a program of ours printed: a line of JSON. */
function readTold({ stdout, stderr, status }: Output): Told {
  try {
    return JSON.parse(stdout) as Told
  } catch {
    return { error: `ended with ${status}: ${stderr.trim().split('\n').at(-1)}` }
  }
}

const FETCH = `
  const tell = (told) => process.stdout.write(JSON.stringify(told), () => process.exit())
  fetch(process.argv[1], { signal: AbortSignal.timeout(${LIMIT_MS}) })
    .then(async (response) => tell({ body: Buffer.from(await response.arrayBuffer()).toString('latin1') }))
    .catch(({ name, message, cause }) =>
      tell(name === 'TimeoutError' ? { timeout: true } : { error: cause?.code ?? cause?.message ?? message }))`

const NODE_HTTP = `
  const tell = (told) => process.stdout.write(JSON.stringify(told), () => process.exit())
  const failed = ({ name, code, message }) => tell(name === 'AbortError' ? { timeout: true } : { error: code ?? message })
  const url = process.argv[1]
  const { get } = await import(url.startsWith('https') ? 'node:https' : 'node:http')
  get(url, { signal: AbortSignal.timeout(${LIMIT_MS}) }, (response) => {
    let body = ''
    response.setEncoding('latin1')
    response.on('data', (text) => { body += text })
    response.on('error', failed)
    response.on('end', () => tell({ body }))
  }).on('error', failed)`

const PYTHON = `
import http.client, json, ssl, sys, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
options = {'timeout': ${LIMIT_SECONDS}}
kind = http.client.HTTPConnection
if url.scheme == 'https':
    kind = http.client.HTTPSConnection
    options['context'] = ssl._create_unverified_context()
try:
    connection = kind(url.hostname, url.port, **options)
    connection.request('GET', '/')
    response = connection.getresponse()
    print(json.dumps({'body': response.read().decode('latin-1')}))
except TimeoutError:
    print(json.dumps({'timeout': True}))
except Exception as error:
    print(json.dumps({'error': '%s: %s' % (type(error).__name__, error)}))
`

export const CLIENTS: readonly Client[] = [
  {
    name: 'curl',
    version: versionOf('curl', ['--version'], /^curl (\S+)/),
    command: (url) => ['curl', '-sSk', '--http1.1', '--max-time', `${LIMIT_SECONDS}`, '--output', '-', url],
    read: ({ status, stdout, stderr }) => {
      if (status === 0) return { body: stdout }
      return status === 28 ? { timeout: true } : { error: stderr.trim().replace(/^curl: /, '') }
    },
  },
  {
    name: 'fetch of Node',
    version: `${process.versions.node}, undici ${process.versions['undici'] ?? ''}`,
    command: (url) => [NODE, '--input-type=module', '--eval', FETCH, url],
    read: readTold,
  },
  {
    name: 'node:http',
    version: process.versions.node,
    command: (url) => [NODE, '--input-type=module', '--eval', NODE_HTTP, url],
    read: readTold,
  },
  {
    name: 'http.client of Python',
    version: versionOf('python3', ['--version'], /^Python (\S+)/),
    command: (url) => ['python3', '-c', PYTHON, url],
    read: readTold,
  },
]

/** Runs a client once. @param whole - The body that a client should get. */
export async function ask(client: Client, url: string, whole: string): Promise<Verdict> {
  const output = await run(client.command(url))
  if (output === null) return { outcome: 'hang', detail: '' }
  const told = client.read(output)
  if ('timeout' in told) return { outcome: 'timeout', detail: '' }
  if ('error' in told) return { outcome: 'error', detail: told.error }
  return told.body === whole ? { outcome: 'whole', detail: '' } : { outcome: 'other', detail: told.body }
}

/** null for a program that had to be killed. */
function run([program, ...parameters]: readonly [string, ...string[]]): Promise<Output | null> {
  return new Promise((resolve, reject) => {
    const environment = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }
    const child = spawn(program, parameters, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let killed = false
    const timer = setTimeout(() => {
      killed = true
      child.kill('SIGKILL')
    }, KILL_MS)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('latin1').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status) => {
      clearTimeout(timer)
      resolve(killed ? null : { status, stdout, stderr })
    })
  })
}

function versionOf(program: string, parameters: readonly string[], pattern: RegExp): string | null {
  const { stdout } = spawnSync(program, parameters, { encoding: 'utf8' })
  return pattern.exec(stdout ?? '')?.[1] ?? null
}
