// The half of a contender that talks to the bench: its port, then its CPU time or its memory on demand.
import { readFileSync } from 'node:fs'

export const settings = JSON.parse(process.argv[2] ?? '{}')

/** Linux counts in maxRSS what the parent had at the fork as well. */
function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  return Number(/^VmHWM:\s*([0-9]+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
}

const answers = {
  cpu() {
    return { ...process.cpuUsage(), peakBytes: peakBytes() }
  },
  memory() {
    for (let pass = 0; pass < 3; pass += 1) globalThis.gc?.()
    return process.memoryUsage().rss
  },
  async startProfile() {
    await startProfiler()
    return null
  },
  async stopProfile() {
    return (await session.post('Profiler.stop')).profile
  },
}

let session

/** Profiling is loaded when it is asked for: it must not cost those who are only measured. */
async function startProfiler() {
  const { Session } = await import('node:inspector/promises')
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 1_000 })
  await session.post('Profiler.start')
}

async function answer(question) {
  process.send(await answers[question]())
}

export function announce(port) {
  process.send({ port })
  process.on('message', (question) => void answer(question))
  // A bench that was interrupted leaves no servers behind.
  process.on('disconnect', () => process.exit())
}
