/** Files, redirects to directories and listings: every recorded exchange, octet for octet. */
import { replayGroups } from '../support/replay-suite.js'
import { followedWhereSound } from './deviations.js'

replayGroups(['files', 'listings'], followedWhereSound)
