// Closed-loop load over raw sockets. It learns a response's length from the first one it gets and then only counts
// octets, so that it costs less than what it measures; the body of each response is compared.
import { connect } from 'node:net'
import { once } from 'node:events'

/**
 * @param pipelined Requests written at once on each connection.
 * @returns Requests answered and seconds taken. @throws when an answer is not the one expected.
 */
export async function loadKeepAlive({ port, connections, request, body, durationMs, pipelined = 1 }) {
  const shape = await learnShape(port, request, body)
  const endsAt = performance.now() + durationMs
  const startedAt = performance.now()
  const batch = Buffer.concat(Array(pipelined).fill(request))
  const counts = await Promise.all(
    Array.from({ length: connections }, () => loadOne(port, batch, shape, pipelined, endsAt)),
  )
  const requests = counts.reduce((sum, count) => sum + count, 0)
  return { requests, seconds: (performance.now() - startedAt) / 1000 }
}

/** Length of a whole response, whose body must be the expected one. */
async function learnShape(port, request, body) {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  let received = Buffer.alloc(0)
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk])
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd < 0 || received.length < headEnd + 4 + body.length) continue
    if (!received.subarray(headEnd + 4).equals(body))
      throw new Error(`unexpected answer: ${received.toString('latin1')}`)
    break
  }
  socket.destroy()
  return { length: received.length, body }
}

async function loadOne(port, batch, { length, body }, pipelined, endsAt) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let answered = 0
  let pending = Buffer.alloc(0)
  const wanted = length * pipelined
  return new Promise((resolve, reject) => {
    const ask = () => socket.write(batch)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      if (pending.length < wanted) return
      const tail = pending.subarray(pending.length - body.length)
      if (pending.length !== wanted || !tail.equals(body)) return reject(new Error('an answer was wrong'))
      answered += pipelined
      pending = Buffer.alloc(0)
      if (performance.now() < endsAt) return ask()
      socket.removeAllListeners('close')
      socket.destroy()
      resolve(answered)
    })
    ask()
  })
}
