/** The core: every recorded exchange about requests, responses, connections and framing, octet for octet. */
import { replayGroups } from '../support/replay-suite.js'
import { followedWhereSound } from './deviations.js'

replayGroups(
  [
    'connections',
    'cookies',
    'cpython',
    'error-pages',
    'expect',
    'framing',
    'head',
    'http10',
    'limits',
    'maps',
    'parsing',
    'paths',
    'pipelining',
    'post',
    'query',
    'responses',
    'splits',
    'verbs',
  ],
  followedWhereSound,
)
