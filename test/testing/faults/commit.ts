/** Runs a handler's octets through faults and shows what would be done on the wire, waits and endings in brackets. */
import { Pipeline, send, type WireAction } from '../../../src/testing/faults/action.js'
import type { Fault } from '../../../src/testing/faults/fault.js'
import { Framer } from '../../../src/testing/faults/framer.js'

export interface CommitOptions {
  readonly command?: string
  /** Actions that are looked at; some faults give them without end. */
  readonly most?: number
}

/** @param writes - What the handler writes, piece by piece, latin-1. */
export function commit(writes: readonly string[], faults: readonly Fault[], options: CommitOptions = {}): string {
  const { command = 'GET', most = 10_000 } = options
  const pipeline = new Pipeline([new Framer(command), ...faults.map((fault) => fault.begin({ command }))])
  let shown = ''
  let left = most
  for (const action of actionsOf(pipeline, writes)) {
    shown += show(action)
    left -= 1
    if (left === 0 || (action.kind !== 'send' && action.kind !== 'wait')) break
  }
  return shown
}

function* actionsOf(pipeline: Pipeline, writes: readonly string[]): Iterable<WireAction> {
  for (const octets of writes) yield* pipeline.take(send('body', octets))
  yield* pipeline.finish()
}

function show(action: WireAction): string {
  if (action.kind === 'send') return action.octets.toString('latin1')
  return action.kind === 'wait' ? `[${action.ms} ms]` : `[${action.kind}]`
}
