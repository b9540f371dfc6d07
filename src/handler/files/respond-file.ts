/**
 * From an opened file to the octets of a response.
 */
import { Buffer } from 'node:buffer'
import { basename, resolve } from 'node:path'
import { entityTagOf, isSettled } from './entity-tag.js'
import { type FileHandler, type RespondFileOptions, respondRefusal, type ServedFile } from './file-handler.js'
import { type FileFacts, type FilePlan, planFileResponse, planOriginalResponse } from './file-response.js'
import { type OpenFile, type Opening, openFile } from './open-file.js'
import { readSlice, sendBody } from './send-body.js'

/** A body up to this size is read before the head is sent, so that both leave together. */
const WHOLE_READ_BYTES = 65_536

/**
 * Answers with a file of the program's choice, wherever it is.
 *
 * @param path - A Buffer when it is no valid UTF-8.
 * @throws FileChangedError when the file loses octets while it is sent.
 * @remarks Source: `respond_file` of AdvancedHTTPServer.
 */
export async function respondFile(
  handler: FileHandler,
  path: string | Buffer,
  options: RespondFileOptions = {},
): Promise<void> {
  const { served, attachment = false } = options
  served?.file.claim()
  const opening: Opening = served ? { kind: 'file', file: served.file } : await openFile(absolutePath(path))
  if (!('file' in opening)) return respondRefusal(handler, opening)
  const { file } = opening
  try {
    if (opening.kind === 'directory') return await handler.respond_not_found()
    const facts = factsOf(handler, path, served ?? { file, negotiated: false }, attachment)
    await sendPlan(handler, file, planFor(handler, facts))
  } finally {
    file.close()
  }
}

export function absolutePath(path: string | Buffer): string | Buffer {
  return typeof path === 'string' ? resolve(path) : path
}

function planFor(handler: FileHandler, facts: FileFacts): FilePlan {
  if (!handler.extended_file_fields) return planOriginalResponse(facts)
  return planFileResponse(handler.command, handler.headers, facts)
}

function factsOf(handler: FileHandler, path: string | Buffer, served: ServedFile, isAttachment: boolean): FileFacts {
  const { stats } = served.file
  const now = Date.now()
  // RFC 9110 8.8.2.1: no date in the future, whatever the disk says.
  const modified = handler.extended_file_fields ? Math.min(stats.mtimeMs, now) : stats.mtimeMs
  return {
    size: stats.size,
    contentType: handler.guess_mime_type(path.toString()),
    lastModified: handler.date_time_string(modified / 1000),
    etag: entityTagOf(stats, now, served.coding),
    settled: isSettled(stats, now),
    negotiated: served.negotiated,
    ...(isAttachment && { attachmentName: nameOf(path) }),
    ...(served.coding !== undefined && { coding: served.coding }),
  }
}

function nameOf(path: string | Buffer): string | Buffer {
  return typeof path === 'string' ? basename(path) : path.subarray(path.lastIndexOf('/') + 1)
}

async function sendPlan(handler: FileHandler, file: OpenFile, { status, fields, body }: FilePlan): Promise<void> {
  const parts = handler.command === 'HEAD' ? [] : body
  const [only] = parts
  const fits = parts.length === 1 && only !== undefined && !Buffer.isBuffer(only) && only.length <= WHOLE_READ_BYTES
  const octets = fits ? await readSlice(file, only) : null
  handler.send_response(status)
  for (const [name, value] of fields) handler.send_header(name, value)
  handler.end_headers()
  if (octets !== null) handler.wfile.write(octets)
  else if (parts.length > 0) await sendBody(file, parts, handler.wfile, handler.signal)
}
