/**
 * The answer of a connection whose handler could not be made ready: its constructor, `on_init` or `setup` has thrown, so
 * that none of its steps can be relied on. The octets are those of a handler that throws at its first request.
 */
import type { Connection } from '../handler/connection.js'
import { currentHttpDate } from '../http/date.js'
import type { RequestHead } from '../http/events.js'
import { fieldLine, statusLine } from '../http/response-head.js'
import { statusPhrase } from '../http/status.js'

/** Waits for the first request and answers 500. What is no request gets no answer. */
export async function answerUnready(connection: Connection, server_version: string): Promise<void> {
  const request = await firstRequest(connection)
  if (request === null) return
  const reason = statusPhrase(500)
  const fields = { Server: server_version, Date: currentHttpDate(Date.now()), Connection: 'close' }
  const lines = Object.entries({ ...fields, 'Content-Length': reason.length }).map(([name, value]) =>
    fieldLine(name, value),
  )
  const framing = { contentLength: reason.length, bodiless: request.method === 'HEAD', interim: false, chunked: false }
  connection.writeHead(`${statusLine('HTTP/1.1', 500, reason)}${lines.join('')}\r\n`, framing)
  connection.wfile.write(reason)
}

async function firstRequest(connection: Connection): Promise<RequestHead | null> {
  try {
    return await connection.nextRequest()
  } catch {
    return null
  }
}
