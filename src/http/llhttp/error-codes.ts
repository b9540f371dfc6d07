/**
 * llhttp's result numbers as this library meets them, and the fault that each one means to a peer. The numbers are
 * those of llhttp 9; its own functions that name them trap on a number they don't know, hence this small table.
 */

/** Results of `execute`. Every other number is a fault of the peer. */
export const OK = 0
/** A callback asked to stop: the head or the message is complete. */
export const PAUSED = 21
/** The message is followed by another protocol. */
export const PAUSED_UPGRADE = 22
/** What the callback at the end of a head returns when no body follows, whatever the fields say. */
export const NO_BODY = 1
/** The same when another protocol follows. */
export const NO_BODY_BUT_UPGRADE = 2
/** What a span callback returns to end a message that broke a limit; `execute` then gives {@link USER}. */
export const REFUSE = -1
export const USER = 24

/** What is wrong with a message's syntax, whichever direction it goes. */
export type SyntaxFault =
  | 'BAD_START_LINE'
  | 'BAD_TARGET'
  | 'BAD_VERSION'
  | 'BAD_STATUS'
  | 'BAD_HEADER'
  | 'BAD_CONTENT_LENGTH'
  | 'BAD_TRANSFER_ENCODING'
  | 'BAD_CHUNK'
  | 'PARSER_FAILURE'

/** [fault in the head or trailers, fault in a chunked body, text for a log]. */
type Meaning = readonly [inHead: SyntaxFault, inBody: SyntaxFault, text: string]

const MEANINGS = new Map<number, Meaning>([
  [2, ['BAD_HEADER', 'BAD_CHUNK', 'a line end is not CRLF']],
  [3, ['BAD_HEADER', 'BAD_CHUNK', 'CR without LF']],
  [4, ['BAD_CONTENT_LENGTH', 'BAD_CONTENT_LENGTH', 'Content-Length where none may be']],
  [6, ['BAD_START_LINE', 'BAD_START_LINE', 'the start line has no valid method']],
  [7, ['BAD_TARGET', 'BAD_TARGET', 'the request target is not a URI']],
  [8, ['BAD_VERSION', 'BAD_VERSION', 'the protocol is not HTTP']],
  [9, ['BAD_VERSION', 'BAD_VERSION', 'the HTTP version is not valid']],
  [10, ['BAD_HEADER', 'BAD_HEADER', 'an octet that no field line may have']],
  [11, ['BAD_CONTENT_LENGTH', 'BAD_CONTENT_LENGTH', 'Content-Length is not a decimal number']],
  [12, ['BAD_CHUNK', 'BAD_CHUNK', 'the chunk size is not a hexadecimal number']],
  [13, ['BAD_STATUS', 'BAD_STATUS', 'the status is not a number of three digits']],
  [15, ['BAD_TRANSFER_ENCODING', 'BAD_TRANSFER_ENCODING', 'Transfer-Encoding does not end in one chunked']],
  [25, ['BAD_HEADER', 'BAD_CHUNK', 'LF without CR']],
  [30, ['BAD_HEADER', 'BAD_CHUNK', 'a blank in front of a field name']],
])

/** The fault that a result of `execute` stands for. `inBody`: the head is complete. */
export function syntaxFault(result: number, inBody: boolean): SyntaxFault {
  return MEANINGS.get(result)?.[inBody ? 1 : 0] ?? 'PARSER_FAILURE'
}

/** What a result of `execute` says, as a text for logs. */
export function syntaxFaultText(result: number): string {
  return MEANINGS.get(result)?.[2] ?? `the parser failed with result ${result}`
}
