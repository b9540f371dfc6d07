/**
 * What the library answers where the reference should not be copied. Every exchange that the vectors mark as a
 * deviation has its entry here, by the id of the deviation and, where one id covers different cases, by the name of
 * the exchange.
 */
import { type Exchange, type Expectation, recorded } from '../support/replay.js'
import { connectionDeviations } from './deviations-connections.js'
import { fileDeviations } from './deviations-files.js'
import { messageDeviations } from './deviations-messages.js'
import { responseDeviations } from './deviations-responses.js'
import { rpcDeviations } from './deviations-rpc.js'
import { webSocketDeviations } from './deviations-websocket.js'
import type { Outcome } from './expectations.js'

export type DeviationTable = Readonly<Record<string, Outcome | Readonly<Record<string, Outcome>>>>

export const deviations = new Map(
  [
    connectionDeviations,
    messageDeviations,
    responseDeviations,
    rpcDeviations,
    fileDeviations,
    webSocketDeviations,
  ].flatMap((table) => Object.entries(table)),
)

/** As recorded, unless the exchange is marked: then as the table has it. */
export const followedWhereSound = {
  expected: (exchange: Exchange): Expectation =>
    exchange.deviation === undefined ? recorded(exchange) : soundAnswer(exchange),
  manner: (exchange: Exchange): string =>
    exchange.deviation === undefined ? 'as recorded' : `soundly (${exchange.deviation_id})`,
}

/** @throws Error when no entry covers the exchange. */
export function soundAnswer(exchange: Exchange): Expectation {
  const entry = deviations.get(exchange.deviation_id ?? '')
  const outcome = typeof entry === 'function' ? entry : entry?.[exchange.name]
  if (outcome === undefined) {
    throw new Error(`no entry for the deviation ${exchange.deviation_id} in ${exchange.group}/${exchange.name}`)
  }
  return outcome(exchange)
}
