// The half of a contender that talks to the bench: its port, then its CPU time or its memory on demand.
export const settings = JSON.parse(process.argv[2] ?? '{}')

const answers = {
  cpu() {
    return process.cpuUsage()
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
