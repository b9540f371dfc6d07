/**
 * Bodies made of several ranges: `multipart/byteranges` (RFC 9110 14.6). Only the heads of the parts are text of ours; the
 * octets between them stay in the file until they are sent.
 */
import { Buffer } from 'node:buffer'
import { crypto } from '../crypto.js'
import type { Slice } from './ranges.js'

/** What is sent in order: octets in memory, or a slice of the file. */
export type BodyPart = Buffer | Slice

export interface MultipartBody {
  readonly contentType: string
  readonly parts: readonly BodyPart[]
  /** Octets of all parts together. */
  readonly length: number
}

/** @param contentType - Of the file; each part repeats it. */
export function multipartBody(slices: readonly Slice[], size: number, contentType: string): MultipartBody {
  // 128 random bits: the file can't hold the boundary but by intent, and nobody can know it beforehand.
  const boundary = crypto().randomBytes(16).toString('hex')
  const parts: BodyPart[] = []
  for (const slice of slices) {
    const head =
      `${parts.length > 0 ? '\r\n' : ''}--${boundary}\r\n` +
      `Content-Type: ${contentType}\r\nContent-Range: ${contentRange(slice, size)}\r\n\r\n`
    parts.push(Buffer.from(head, 'latin1'), slice)
  }
  parts.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'))
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return { contentType: `multipart/byteranges; boundary=${boundary}`, parts, length }
}

/** `bytes 0-3/13`. */
export function contentRange({ start, length }: Slice, size: number): string {
  return `bytes ${start}-${start + length - 1}/${size}`
}
