/** WebSocket handshakes and frames: every recorded exchange, octet for octet. */
import { replayGroups } from '../support/replay-suite.js'
import { followedWhereSound } from './deviations.js'

replayGroups(['websocket'], followedWhereSound)
