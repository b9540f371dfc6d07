/**
 * The response reader against itself, against a model of how responses answer requests, and against node:http's client.
 * The claims are in `support/response-properties.ts`.
 */
import { describe } from 'vitest'
import { ResponseReader } from '../src/http/llhttp/response-reader.js'
import { fragments } from './support/requests.js'
import {
  agreesWithNodeClient,
  onlyResponseFaultsEscape,
  responsesAnswerInOrder,
  responseSplitInvariance,
  responseSplitInvarianceWithLimits,
  truncationShows,
} from './support/response-properties.js'
import { fuzz } from './support/settings.js'

describe('the response reader', () => {
  fuzz('tells the same however a stream is cut', responseSplitInvariance(ResponseReader))
  fuzz('tells the same however any octets are cut', responseSplitInvariance(ResponseReader, fragments))
  fuzz('tells the same however a stream is cut, at small limits', responseSplitInvarianceWithLimits(ResponseReader))
  fuzz('reads responses as they were made, in the order of their requests', responsesAnswerInOrder(ResponseReader))
  fuzz('tells no response complete that a stream cut off', truncationShows(ResponseReader))
  fuzz("reads what node:http's client reads", agreesWithNodeClient(ResponseReader), 0.5)
  fuzz(
    'throws nothing but faults of the response, and tells nothing after one',
    onlyResponseFaultsEscape(ResponseReader),
  )
})
