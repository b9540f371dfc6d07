/**
 * Preconditions of a request for a file, in the order of RFC 9110 13.2.2: `If-Match` before `If-Unmodified-Since`, then
 * `If-None-Match` before `If-Modified-Since`. `If-Range` belongs to the ranges. Pure: fields in, verdict out.
 */
import { createRequire } from 'node:module'
import type { Headers } from '../../http/headers.js'
import { entityTagsIn, matchesStrongly } from './entity-tag.js'
import { parseHttpDate } from './http-date.js'

// Loaded by the first request that needs it: most of a start is loading.
const require = createRequire(import.meta.url)

/** What tells one state of a file from another. */
export interface Validators {
  readonly etag: string
  /** As sent in `Last-Modified`. */
  readonly lastModified: string
}

/** `proceed`: answer as if there were no condition; else the answer is 304 or 412. */
export type Verdict = 'proceed' | 'not-modified' | 'precondition-failed'

export function checkConditions(method: string, headers: Headers, validators: Validators): Verdict {
  if (!mayProceed(headers, validators)) return 'precondition-failed'
  const reads = method === 'GET' || method === 'HEAD'
  if (!isFresh(headers, validators, reads)) return 'proceed'
  return reads ? 'not-modified' : 'precondition-failed'
}

function mayProceed(headers: Headers, { etag, lastModified }: Validators): boolean {
  const ifMatch = listOf(headers, 'If-Match')
  if (ifMatch !== undefined) {
    return ifMatch === '*' || entityTagsIn(ifMatch).some((tag) => matchesStrongly(tag, etag))
  }
  const limit = dateOf(headers, 'If-Unmodified-Since')
  if (limit === null) return true
  const modified = parseHttpDate(lastModified)
  return modified === null || modified <= limit
}

/** Whether the client has this very content. Dates count for GET and HEAD only (RFC 9110 13.1.3). */
function isFresh(headers: Headers, { etag, lastModified }: Validators, reads: boolean): boolean {
  const request: Record<string, string> = {}
  const ifNoneMatch = listOf(headers, 'If-None-Match')
  const since = dateOf(headers, 'If-Modified-Since')
  if (ifNoneMatch !== undefined) request['if-none-match'] = ifNoneMatch
  else if (reads && since !== null) request['if-modified-since'] = new Date(since * 1000).toUTCString()
  else return false
  const fresh = require('fresh') as typeof import('fresh')
  return fresh(request, { etag, 'last-modified': lastModified })
}

/** A list field as one value, or undefined when it is absent or says nothing. */
function listOf(headers: Headers, name: string): string | undefined {
  const value = headers.get_all(name).join(', ')
  return value === '' ? undefined : value
}

/** Seconds since 1970; null when the field is absent, sent more than once or no HTTP date: then it is ignored. */
function dateOf(headers: Headers, name: string): number | null {
  const values = headers.get_all(name)
  return values.length === 1 ? parseHttpDate(values[0] as string) : null
}
