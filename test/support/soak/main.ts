/**
 * The soak as a program: a server in a process of its own, many clients with mixed scenarios against it, plain and TLS, and a
 * report. scripts/soak.mjs compiles and starts it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Random } from '../../../src/testing/random.js'
import { SCENARIOS } from './scenarios.js'
import type { Readings } from './server.js'
import { type Address, SoakClient } from './soak-client.js'
import { openSockets, Tally } from './tally.js'
import { visitWebSocket } from './web-socket-visits.js'

const SAMPLE_MS = 5_000
/** Longest wait at the end for the server to close what clients left: longer than any of its own time limits. */
const SETTLE_MS = 90_000

interface Load {
  readonly addresses: readonly Address[]
  readonly tally: Tally
  readonly over: () => boolean
}

async function visitOnce(address: Address, random: Random, tally: Tally): Promise<void> {
  tally.countConnection()
  if (random.below(6) === 0) return tally.count('websocket', await visitWebSocket(address, random))
  const client = await SoakClient.open(address)
  for (let exchanges = 1 + random.below(20); exchanges > 0; exchanges -= 1) {
    const [name, scenario] = random.pick(SCENARIOS)
    try {
      const { checked, over } = await scenario({ client, random })
      tally.count(name, checked)
      if (over) return
      if (client.closes) break
    } catch (error) {
      tally.fault(name, error)
      return client.vanish(random)
    }
  }
  await client.finish()
}

async function keepVisiting({ addresses, tally, over }: Load, random: Random): Promise<void> {
  while (!over()) {
    try {
      await visitOnce(random.pick(addresses), random, tally)
    } catch (error) {
      tally.fault('connection', error)
    }
  }
}

async function readingsOf(server: ChildProcess): Promise<Readings> {
  const answer = once(server, 'message')
  server.send('readings')
  return (await answer)[0] as Readings
}

/** Waits until the server has closed every connection, and gives what it then has. */
async function settled(server: ChildProcess): Promise<Readings> {
  const began = performance.now()
  for (;;) {
    const readings = await readingsOf(server)
    const waited_ms = performance.now() - began
    if (openSockets(readings) > 0 && waited_ms < SETTLE_MS) {
      await delay(250)
      continue
    }
    console.log(`soak: every connection was closed ${Math.round(waited_ms)} ms after the last client had left`)
    return readings
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      clients: { type: 'string', default: '24' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    },
  })
  const [minutes, clients, seed] = [values.minutes, values.clients, values.seed].map(Number) as [number, number, number]
  if (!(minutes > 0) || !Number.isInteger(clients) || !Number.isInteger(seed)) {
    console.error('usage: node scripts/soak.mjs --minutes N [--clients N] [--seed N]')
    return 2
  }
  const server = fork(new URL('server.js', import.meta.url), { execArgv: ['--expose-gc'] })
  const [plain, secured] = (await once(server, 'message'))[0] as [number, number]
  const tally = new Tally()
  const began = performance.now()
  const minute = (): number => (performance.now() - began) / 60_000
  const over = (): boolean => minute() > minutes
  const addresses = [
    { port: plain, tls: false },
    { port: secured, tls: true },
  ]
  console.error(`soak: ${clients} clients for ${minutes} minutes, seed ${seed}`)
  const visits = Array.from({ length: clients }, (_, place) => {
    return keepVisiting({ addresses, tally, over }, new Random(seed, place))
  })
  const watching = watch(server, tally, minute, over)
  await Promise.all([...visits, watching])
  const last = await settled(server)
  for (const line of tally.report(last)) console.log(`soak: ${line}`)
  server.disconnect()
  return tally.holds(last) ? 0 : 1
}

async function watch(server: ChildProcess, tally: Tally, minute: () => number, over: () => boolean): Promise<void> {
  let told = 0
  while (!over()) {
    await delay(SAMPLE_MS)
    const readings = await readingsOf(server)
    tally.sample(minute(), readings)
    if (minute() - told < 1) continue
    told = minute()
    const heap = Math.round(readings.heapBytes / 1024)
    console.error(
      `soak: ${told.toFixed(1)} min: ${tally.answers} answers, ${tally.faults.length} lost or wrong, heap ${heap} KiB`,
    )
  }
}

process.exitCode = await main()
