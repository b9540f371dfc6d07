// TLS: what the record layer adds to each request, and whole handshakes.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedLoop } from '../lib/closed-loop.mjs'
import { fileFolders } from '../lib/file-folders.mjs'
import { browserGet, HELLO } from '../lib/requests.mjs'
import { comparison, contender, floor, OURS, sending, target } from '../lib/scenario.mjs'

const NODE = 'node:https'

/** The same certificate for both, on P-256. */
async function certified({ smoke }) {
  // The tables of these scenarios are also asked for where nothing is built.
  const { selfSigned } = await import('../../dist/testing/index.js')
  const { certificate: ca, key: privateKey } = selfSigned()
  const { scratch } = fileFolders(smoke)
  const settings = { certificate: join(scratch, 'certificate.pem'), key: join(scratch, 'key.pem') }
  writeFileSync(settings.certificate, ca)
  writeFileSync(settings.key, privateKey)
  return { ca, settings }
}

function secured(request, task) {
  return async (options) => {
    const { ca, settings } = await certified(options)
    const load = (port, durationMs) =>
      closedLoop({ port, ca, durationMs, send: sending(request), accepts: HELLO, ...task })
    return [
      contender(OURS, 'hello', load, settings),
      contender(NODE, 'node-hello', load, settings),
      floor(request, HELLO, load, { ...settings, ends: task.serverCloses }),
    ]
  }
}

export const tls = {
  'tls-keep-alive': comparison({
    about: 'The keep-alive GET over TLS 1.3, 16 connections. The bare server is one of `node:tls`.',
    base: NODE,
    contenders: secured(browserGet('/hello'), { connections: 16 }),
    targets: [target(3, NODE, { atMost: 0.6 }), target(7, NODE, { atMost: 0.5 })],
  }),
  'tls-handshakes': comparison({
    about: 'A full TLS 1.3 handshake, nothing resumed, for each request, 8 at a time.',
    base: NODE,
    contenders: secured(browserGet('/hello', 'close'), { connections: 8, perConnection: 1, serverCloses: true }),
  }),
}
