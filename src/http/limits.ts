/**
 * Every size and count the library refuses to go beyond, with its default. The numbers are security limits: each one
 * bounds what a peer can make this process hold or compute. Where they come from is said at each field.
 */

/** Sizes in octets unless the name says otherwise; `Infinity` switches a limit off. */
export interface Limits {
  /** CR and LF in front of a request line; beyond: 400. RFC 9112 2.2 asks to skip at least one empty line. */
  leading_bytes: number
  /** Length of the verb; beyond: 501. */
  verb_bytes: number
  /** Request line with its line end; beyond: 414. CPython's http.server stops at the same length. */
  request_line_bytes: number
  /** Header section, blanks included; beyond: 431. */
  header_bytes: number
  /** Number of header fields; beyond: 431. CPython's http.client stops at the same number. */
  header_fields: number
  /** Chunk framing above 32 octets per chunk, summed over a message; beyond: 413. */
  chunk_overhead_bytes: number
  /** Trailer section; beyond: 431. */
  trailer_bytes: number
  /** Number of trailer fields; beyond: 431. */
  trailer_fields: number
  /** Body that the library collects in memory by itself (`do_POST`, `do_RPC`, `read_body`); beyond: 413. */
  collected_body_bytes: number
  /** Body of any request, also one read through `rfile`; beyond: 413. */
  body_bytes: number
  /** Unread body read away after an answer so that the connection can go on; beyond: the connection closes. */
  drain_bytes: number
  /** Response octets waiting in memory before `wfile.write` gives false. */
  output_bytes: number
  /** Fields of a query string, form body or cookie line; beyond: 400. */
  form_fields: number
  /** RPC payload after decompression; beyond: 400. */
  rpc_inflated_bytes: number
  /** Nesting of an RPC payload; beyond: 400. */
  rpc_depth: number
  /** Values in an RPC payload, all levels together; beyond: 400. */
  rpc_elements: number
  /** One WebSocket message; beyond: close code 1009. */
  websocket_message_bytes: number
  /** Fragments of one WebSocket message; beyond: close code 1008. */
  websocket_fragments: number
  /** Connections a server holds at once; beyond: 503 and close, see `busy_answers`. */
  connections: number
  /** Connections from one peer address at once; beyond: 503 and close, see `busy_answers`. */
  connections_per_address: number
  /** Clients beyond these two that are answered at the same time; the others, and on TLS all of them, are closed at once. */
  busy_answers: number
}

/** The limits of a server that is told of no others. */
export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  leading_bytes: 64,
  verb_bytes: 64,
  request_line_bytes: 65_536,
  header_bytes: 65_536,
  header_fields: 100,
  chunk_overhead_bytes: 16_384,
  trailer_bytes: 16_384,
  trailer_fields: 100,
  collected_body_bytes: 10_485_760,
  body_bytes: Infinity,
  drain_bytes: 262_144,
  output_bytes: 65_536,
  form_fields: 10_000,
  rpc_inflated_bytes: 10_485_760,
  rpc_depth: 1_000,
  rpc_elements: 1_000_000,
  websocket_message_bytes: 16_777_216,
  websocket_fragments: 1_024,
  connections: Infinity,
  connections_per_address: Infinity,
  busy_answers: 64,
})

/** Without any of these there would be no server. */
const AT_LEAST_ONE: ReadonlySet<string> = new Set([
  'verb_bytes',
  'request_line_bytes',
  'output_bytes',
  'connections',
  'connections_per_address',
])

/**
 * The defaults with the given ones in their place.
 *
 * @throws RangeError naming the limit when a value is neither a whole number, from 1 or for what may be absent from 0, nor
 * `Infinity`.
 * @throws TypeError naming the key when there is no such limit.
 */
export function resolveLimits(given: Partial<Limits> | undefined, base: Readonly<Limits> = DEFAULT_LIMITS): Limits {
  const limits: Limits = { ...base }
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw new TypeError(`unknown limit: ${name}`)
    if (value === undefined) continue
    const least = AT_LEAST_ONE.has(name) ? 1 : 0
    if (value !== Infinity && !(Number.isSafeInteger(value) && value >= least)) {
      throw new RangeError(`limits.${name} must be a whole number from ${least} up, or Infinity; got ${String(value)}`)
    }
    limits[name as keyof Limits] = value
  }
  return limits
}
