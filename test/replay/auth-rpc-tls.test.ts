/** Basic authentication, remote calls and TLS: every recorded exchange, octet for octet. */
import { replayGroups } from '../support/replay-suite.js'
import { followedWhereSound } from './deviations.js'

replayGroups(['auth', 'rpc', 'rpc-errors', 'msgpack', 'tls'], followedWhereSound)
