/** Sends an open file as a response body: as many octets as it has when the response begins, whatever happens to it then. */
import type { FileHandle } from 'node:fs/promises'
import type { ResponseOutput } from './connection.js'
import { sendBody } from './files/send-body.js'

export function isFileHandle(value: unknown): value is FileHandle {
  return typeof value === 'object' && value !== null && 'fd' in value && 'stat' in value && 'read' in value
}

/**
 * @param begin - Called with the file's size in bytes before its first octet is written: sends the head.
 * @remarks The file is closed in any case.
 */
export async function sendFileHandle(
  file: FileHandle,
  output: ResponseOutput,
  signal: AbortSignal,
  begin: (bytes: number) => void,
): Promise<void> {
  try {
    const { size } = await file.stat()
    begin(size)
    await sendBody(file, [{ start: 0, length: size }], output, signal)
  } finally {
    await file.close()
  }
}
