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
}

export function announce(port) {
  process.send({ port })
  process.on('message', (question) => process.send(answers[question]()))
  // A bench that was interrupted leaves no servers behind.
  process.on('disconnect', () => process.exit())
}
