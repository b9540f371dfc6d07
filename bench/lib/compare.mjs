// Contenders in turn, round after round, so that a machine whose speed drifts drifts for all of them alike.
import { summary } from './statistics.mjs'

const WARM_UP_MS = 1500

/**
 * @param contenders `{ name, start, load }`: `start()` gives a running server; `load(port, durationMs, begins)` puts load on it
 *   and gives `requests`, `seconds` and, where it has them, `octets` and further figures by the names of measures.mjs. What
 *   it does before it calls `begins` is not measured; it need not call it.
 * @returns Per contender its figures, each as median and range over the rounds.
 */
export async function compare(contenders, { rounds, durationMs, smoke }) {
  const running = []
  try {
    for (const contender of contenders) running.push({ ...contender, server: await contender.start(), samples: [] })
    for (const { load, server } of running) await warmUp(server, load, smoke ? 1 : durationMs)
    for (let round = 0; round < rounds; round += 1) {
      for (const { load, server, samples } of running) samples.push(await measured(server, load, durationMs))
    }
  } finally {
    for (const { server } of running) await server.stop()
  }
  return running.map(({ name, samples }) => ({ name, figures: summaries(samples) }))
}

/** Puts load on a server before it is measured, for no longer than the measuring. */
export async function warmUp(server, load, durationMs) {
  await load(server.port, Math.min(durationMs, WARM_UP_MS), nothing)
}

/** @returns What one round of load has cost the server: microseconds per request, and what else the load tells. */
export async function measured(server, load, durationMs) {
  let before = await server.cpuUsage()
  const begins = async () => {
    before = await server.cpuUsage()
  }
  const { requests, seconds, octets, ...further } = await load(server.port, durationMs, begins)
  const after = await server.cpuUsage()
  const user = (after.user - before.user) / requests
  const system = (after.system - before.system) / requests
  const throughput = octets === undefined ? {} : { throughput: octets / seconds / 2 ** 20 }
  const peak = after.peakBytes === undefined ? {} : { peak: after.peakBytes / 2 ** 20 }
  return { cpu: user + system, user, system, rate: requests / seconds, ...throughput, ...peak, ...further }
}

function nothing() {}

/** From a list of samples to a summary per measure. */
export function summaries(samples) {
  const names = Object.keys(samples[0])
  return Object.fromEntries(names.map((name) => [name, summary(samples.map((sample) => sample[name]))]))
}
