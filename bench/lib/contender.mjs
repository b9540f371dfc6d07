// The half of a contender that talks to the bench: its port, and its CPU time and memory on demand.
export const settings = JSON.parse(process.argv[2] ?? '{}')

export function announce(port) {
  process.send({ port })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    if (globalThis.gc !== undefined) globalThis.gc()
    process.send({ cpuMicros: user + system, rss: process.memoryUsage().rss })
  })
}
