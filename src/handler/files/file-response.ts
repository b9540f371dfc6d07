/**
 * The response to a request for an opened file, as a plan: status, fields in order, and which octets follow. Pure: what
 * the file is comes in as facts, nothing is read or sent here.
 */
import type { Headers } from '../../http/headers.js'
import { type BodyPart, contentRange, multipartBody } from './byteranges.js'
import { checkConditions } from './conditions.js'
import { attachment } from './disposition.js'
import { selectRanges } from './ranges.js'

/** What is known of the file that answers the request. */
export interface FileFacts {
  readonly size: number
  readonly contentType: string
  /** HTTP date. */
  readonly lastModified: string
  readonly etag: string
  /** Whether size and time tell this content from any later one, so that parts of it can be put together by date. */
  readonly settled: boolean
  /** Name that a client should save the file under; absent: the file is to be shown. */
  readonly attachmentName?: string | Buffer
  /** Content coding of the octets, when they are those of a precompressed neighbour. */
  readonly coding?: string
  /** Another client could get another coding of the same path. */
  readonly negotiated?: boolean
}

export interface FilePlan {
  readonly status: number
  readonly fields: readonly (readonly [name: string, value: string | number])[]
  readonly body: readonly BodyPart[]
}

type Fields = [name: string, value: string | number][]

/** The response of the Python original: the whole file, its fields and no others, whatever the request says. */
export function planOriginalResponse(facts: FileFacts): FilePlan {
  return { status: 200, fields: wholeFields(facts), body: wholeBody(facts) }
}

/**
 * The response with ranges and preconditions (RFC 9110 13, 14). To a request that asks for none of it, it is the
 * original's response with fields added behind.
 */
export function planFileResponse(method: string, headers: Headers, facts: FileFacts): FilePlan {
  const verdict = checkConditions(method, headers, facts)
  if (verdict === 'not-modified') return { status: 304, fields: validatorFields(facts), body: [] }
  if (verdict === 'precondition-failed') return { status: 412, fields: [['Content-Length', 0]], body: [] }
  // RFC 9110 14.2: ranges are defined for GET alone.
  const slices = method === 'GET' ? selectRanges(headers, facts.size, facts, facts.settled) : 'whole'
  if (slices === 'whole') return { status: 200, fields: extendedFields(facts), body: wholeBody(facts) }
  if (slices === 'unsatisfiable') return planUnsatisfiable(facts)
  const [first, ...others] = slices
  return others.length === 0 && first !== undefined
    ? { status: 206, fields: partialFields(facts, first.length, contentRange(first, facts.size)), body: [first] }
    : planMultipart(facts, multipartBody(slices, facts.size, facts.contentType))
}

function planUnsatisfiable({ size }: FileFacts): FilePlan {
  const fields: Fields = [
    ['Content-Length', 0],
    ['Content-Range', `bytes */${size}`],
  ]
  return { status: 416, fields, body: [] }
}

function planMultipart(facts: FileFacts, { contentType, length, parts }: ReturnType<typeof multipartBody>): FilePlan {
  return { status: 206, fields: partialFields({ ...facts, contentType }, length), body: parts }
}

/** In the original's order. */
function wholeFields(facts: FileFacts, length = facts.size): Fields {
  const fields: Fields = [
    ['Content-Type', facts.contentType],
    ['Content-Length', length],
  ]
  if (facts.attachmentName !== undefined) fields.push(['Content-Disposition', attachment(facts.attachmentName)])
  fields.push(['Last-Modified', facts.lastModified])
  return fields
}

function extendedFields(facts: FileFacts, length = facts.size): Fields {
  const fields = wholeFields(facts, length)
  fields.push(['ETag', facts.etag], ['Accept-Ranges', 'bytes'])
  if (facts.coding !== undefined) fields.push(['Content-Encoding', facts.coding])
  if (facts.negotiated) fields.push(['Vary', 'Accept-Encoding'])
  return fields
}

function partialFields(facts: FileFacts, length: number, range?: string): Fields {
  const fields = extendedFields(facts, length)
  if (range !== undefined) fields.push(['Content-Range', range])
  return fields
}

/** What a 304 repeats of the 200 (RFC 9110 15.4.5), and the date for clients that know no tags. */
function validatorFields(facts: FileFacts): Fields {
  const fields: Fields = [
    ['Last-Modified', facts.lastModified],
    ['ETag', facts.etag],
  ]
  if (facts.negotiated) fields.push(['Vary', 'Accept-Encoding'])
  return fields
}

function wholeBody({ size }: FileFacts): readonly BodyPart[] {
  return size === 0 ? [] : [{ start: 0, length: size }]
}
