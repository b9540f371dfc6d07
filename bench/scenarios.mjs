// What is measured. Each scenario names its contenders and the load they get; answers are verified by the load itself.
import { compare } from './lib/compare.mjs'
import { loadKeepAlive } from './lib/load.mjs'

const BODY = Buffer.from('Hello World!\r\n\r\n')

/** Six fields as a browser sends them. */
const BROWSER_GET = Buffer.from(
  'GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: keep-alive\r\n' +
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\n' +
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n' +
    'Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n',
)

const keepAliveGet =
  (pipelined) =>
  (port, { warmUp, durationMs }) =>
    loadKeepAlive({
      port,
      connections: 16,
      request: BROWSER_GET,
      body: BODY,
      durationMs: warmUp ? Math.min(durationMs, 1500) : durationMs,
      pipelined,
    })

function keepAlive({ about, contenders, settings = {}, pipelined = 1 }) {
  return {
    about,
    base: 'node-http',
    run: ({ rounds, durationMs }) =>
      compare({
        contenders,
        settings,
        rounds,
        load: (port, options) => keepAliveGet(pipelined)(port, { ...options, durationMs }),
      }),
  }
}

export const scenarios = {
  'keep-alive-get': keepAlive({
    about: 'GET with six browser-like fields over 16 keep-alive connections.',
    contenders: ['ours', 'node-http', 'bare-net'],
  }),
  'thousand-routes': keepAlive({
    about: 'The same with 1,000 literal routes registered before the one that answers.',
    contenders: ['ours', 'node-http'],
    settings: { routes: 1000 },
  }),
  'pipelined-16': keepAlive({
    about: 'The same, 16 requests written at once.',
    contenders: ['ours', 'node-http'],
    pipelined: 16,
  }),
}
