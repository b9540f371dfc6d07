// Preloaded into the programs of the documents and examples, which listen where a reader would have them listen: every
// port becomes a free one of the loopback interface, its number is told to the parent process, and connections to the
// port a program knows go to the one it became.
import cluster from 'node:cluster'
import { Server, Socket } from 'node:net'

/** Port in the program's text → port that it became. */
const mapped = new Map(JSON.parse(process.env.MAPPED_PORTS ?? '[]'))

const { listen } = Server.prototype
Server.prototype.listen = function (first, ...rest) {
  const options = typeof first === 'object' && first !== null ? first : { port: Number(first) }
  const asked = options.port
  this.once('listening', () => {
    const { port } = this.address()
    mapped.set(asked, port)
    process.send?.({ asked, port, host: options.host ?? null })
  })
  const callback = rest.findLast((argument) => typeof argument === 'function')
  return listen.call(this, { ...options, host: '127.0.0.1', port: 0 }, callback)
}

const { connect } = Socket.prototype
Socket.prototype.connect = function (first, ...rest) {
  // Node itself passes a list of options and callback, which it marks with a symbol.
  const given = Array.isArray(first) ? first[0] : first
  const port = typeof given === 'object' && given !== null ? mapped.get(Number(given.port)) : undefined
  if (port === undefined) return connect.call(this, first, ...rest)
  const options = { ...given, host: '127.0.0.1', port }
  if (!Array.isArray(first)) return connect.call(this, options, ...rest)
  const list = [...first]
  list[0] = options
  for (const symbol of Object.getOwnPropertySymbols(first)) list[symbol] = first[symbol]
  return connect.call(this, list, ...rest)
}
// In a program's worker the channel to its first process is what keeps it alive.
if (cluster.isPrimary) process.channel?.unref()

// What the processes that a program starts tell is told on.
cluster.on('message', (_worker, message) => {
  if (message?.asked !== undefined) process.send?.(message)
})
