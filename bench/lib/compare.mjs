// Contenders in turn, round after round, so that a machine whose speed drifts drifts for all of them alike.
import { startServer } from './server-process.mjs'
import { summary } from './statistics.mjs'

/**
 * @param contenders Names of scripts in bench/servers.
 * @param load Puts load on a port and gives `{ requests, seconds }`.
 * @returns Per contender the CPU microseconds per request and the requests a second, as median and range.
 */
export async function compare({ contenders, settings, load, rounds }) {
  const cpu = new Map(contenders.map((name) => [name, []]))
  const rate = new Map(contenders.map((name) => [name, []]))
  const servers = new Map()
  for (const name of contenders) servers.set(name, await startServer(name, settings))
  try {
    for (const server of servers.values()) await load(server.port, { warmUp: true })
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, server] of servers) {
        const before = await server.usage()
        const { requests, seconds } = await load(server.port, { warmUp: false })
        const after = await server.usage()
        cpu.get(name).push((after.cpuMicros - before.cpuMicros) / requests)
        rate.get(name).push(requests / seconds)
      }
    }
  } finally {
    for (const server of servers.values()) await server.stop()
  }
  return contenders.map((name) => ({ name, cpu: summary(cpu.get(name)), rate: summary(rate.get(name)) }))
}
