/**
 * The rig as a program:
 *
 *     rig [instance=port ...] [--webroot DIRECTORY] [--only a,b] [--until-eof]
 *
 * When every instance accepts connections, one line of JSON on standard output maps instance names to ports; nothing
 * else is ever written there. It ends on SIGTERM and SIGINT, with --until-eof also when standard input ends.
 */
import { INSTANCE_NAMES, type InstanceName, type RigOptions, startRig } from './instances.js'

const USAGE = 'usage: rig [instance=port ...] [--webroot DIRECTORY] [--only a,b] [--until-eof]'

interface Arguments {
  options: RigOptions
  untilEof: boolean
}

/** @throws Error with the usage line for anything the contract does not know. */
function parseArguments(words: readonly string[]): Arguments {
  const ports: Partial<Record<InstanceName, number>> = {}
  const options: { only?: InstanceName[]; webRoot?: string } = {}
  let untilEof = false
  const rest = words.values()
  for (const word of rest) {
    if (word === '--until-eof') untilEof = true
    else if (word === '--webroot') options.webRoot = required(rest.next().value)
    else if (word === '--only') options.only = required(rest.next().value).split(',').map(instanceName)
    else {
      const [name, port] = word.split('=')
      ports[instanceName(name)] = portNumber(port)
    }
  }
  return { options: { ...options, ports }, untilEof }
}

function required(word: string | undefined): string {
  if (word === undefined) throw new Error(USAGE)
  return word
}

function instanceName(word: string | undefined): InstanceName {
  const name = INSTANCE_NAMES.find((candidate) => candidate === word)
  if (name === undefined) throw new Error(USAGE)
  return name
}

function portNumber(word: string | undefined): number {
  const port = word === undefined || word === '' ? Number.NaN : Number(word)
  if (!Number.isInteger(port)) throw new Error(USAGE)
  return port
}

async function main(): Promise<void> {
  const { options, untilEof } = parseArguments(process.argv.slice(2))
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    if (untilEof) process.stdin.once('end', () => resolve()).resume()
  })
  const rig = await startRig(options)
  process.stdout.write(`${JSON.stringify(rig.ports)}\n`)
  await ended
  await rig.stop()
}

try {
  await main()
  // An inherited standard input that nobody closes must not keep the program.
  process.exit(0)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(2)
}
