/**
 * The library's own rules about Connection, which the other replays switch off: HTTP/1.1 persists without being asked
 * to, and a response has one Connection field, the handler's if it writes one.
 */
import { replayGroups } from '../support/replay-suite.js'
import { keptAlive, type Outcome, recordingWith } from './expectations.js'

const handlersLineOnly: Outcome = recordingWith([['Connection: close\r\n', '']])

const OUTCOMES = new Map<string, Outcome>([
  ['no-connection-header', keptAlive],
  ['connection-unknown-option', keptAlive],
  ['force-keep-alive', handlersLineOnly],
  ['set-header-connection-any-case', handlersLineOnly],
])

replayGroups(['connections', 'responses'], {
  expected: (exchange) => OUTCOMES.get(exchange.name)?.(exchange) ?? [],
  manner: () => 'with one truthful Connection field',
  rig: { implicitKeepAlive: true },
  only: (exchange) => OUTCOMES.has(exchange.name),
})
