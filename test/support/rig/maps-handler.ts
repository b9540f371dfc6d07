/** A handler with maps of its own: every resource answers with its label and the path it saw. */
import { RequestHandler } from '../../../src/index.js'
import { followOriginal } from './rig-connection.js'

/** Pattern and label, in the order in which they are registered. */
const LABELS: readonly (readonly [pattern: string, label: string])[] = [
  ['^$', 'root'],
  ['^a', 'first'],
  ['^ab$', 'second'],
  ['mid', 'middle'],
  ['.*\\.php$', 'php'],
  ['^x/(\\d+)$', 'number'],
  ['^x/', 'x-prefix'],
  ['(?i)^case$', 'case'],
  ['^word/\\w+$', 'word'],
  ['^word/', 'word-prefix'],
  ['^space/\\s$', 'space'],
  ['^or/(one|two)$', 'alternative'],
  ['^or/(?!three)', 'not-three'],
  ['^dot.end$', 'dot'],
  ['^dollar$', 'dollar'],
  ['registered-global', 'replaced'],
  ['^z(?=ed)', 'lookahead'],
  ['^named/(?P<name>[a-z]+)$', 'named'],
]

export class MapsHandler extends RequestHandler {
  override on_init(): void {
    followOriginal(this)
    for (const [pattern, label] of LABELS) {
      this.handler_map[pattern] = (handler: RequestHandler) => handler.send_response_full(`${label} ${handler.path}`)
    }
  }
}

/** No instance serves it: what is registered for this class must show nowhere. */
export class OtherHandler extends RequestHandler {}
