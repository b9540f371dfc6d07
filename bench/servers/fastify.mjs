// The peer of rpc.mjs: the same JSON in and out of fastify by POST, without a schema.
import { createRequire } from 'node:module'
import { announce } from '../lib/contender.mjs'

const fastify = createRequire(new URL('../peers/package.json', import.meta.url))('fastify')()
fastify.post('/add', async ({ body: [first, second, text] }) => ({
  result: { sum: first + second, text },
  exception_occurred: false,
}))
await fastify.listen({ port: 0, host: '127.0.0.1' })
announce(fastify.server.address().port)
