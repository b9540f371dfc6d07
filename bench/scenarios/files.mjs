// Files and a long listing, beside sirv on node:http and beside nginx, which is no JavaScript and sets the mark.
import { closedLoop } from '../lib/closed-loop.mjs'
import { startNginx } from '../lib/external-server.mjs'
import { browserGet } from '../lib/requests.mjs'
import { comparison, contender, OURS, sending, target } from '../lib/scenario.mjs'
import { fileFolders, FILES, LISTED } from '../lib/file-folders.mjs'
import { bodyOf } from '../lib/stream-of.mjs'

const SIRV = 'sirv'

function file(name, about, connections, targets) {
  return comparison({
    about: `${about}, over ${connections} keep-alive connections.`,
    base: SIRV,
    contenders: ({ smoke }) => {
      const { files, scratch } = fileFolders(smoke)
      const send = sending(browserGet(`/${name}`))
      const accepts = bodyOf(FILES(smoke)[name])
      const load = (port, durationMs) => closedLoop({ port, durationMs, connections, send, accepts })
      return [
        contender(OURS, 'files', load, { root: files }),
        contender(SIRV, 'sirv', load, { root: files }, 'fastify and sirv'),
        { name: 'nginx', requires: 'nginx', start: () => startNginx(files, scratch), load },
      ]
    },
    targets,
  })
}

export const files = {
  'file-1k': file('1k.bin', 'A file of 1 KiB', 16, [
    target(4, SIRV, { atMost: 0.5 }),
    target(7, SIRV, { atMost: 0.4 }),
  ]),
  'file-1m': file('1m.bin', 'A file of 1 MiB', 4, [target(4, SIRV, { atMost: 0.9 }), target(7, SIRV, { atMost: 0.8 })]),
  'file-64m': file('64m.bin', 'A file of 64 MiB', 2, [target(4, SIRV, { atMost: 0.9 })]),
  listing: comparison({
    about: 'The page that lists a folder of 10,000 files, read from the disk each time, one connection.',
    base: OURS,
    contenders: ({ smoke }) => {
      const { listed, names } = fileFolders(smoke)
      const accepts = (body) => {
        const page = body.toString()
        return names.every((name) => page.includes(`>${name}<`))
      }
      const load = (port, durationMs) =>
        closedLoop({ port, durationMs, connections: 1, send: sending(browserGet(`/${LISTED}/`)), accepts })
      return [contender(OURS, 'files', load, { root: listed })]
    },
  }),
}
