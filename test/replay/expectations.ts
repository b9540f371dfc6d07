/**
 * The words in which the tables of deviations say what a sound server answers: whole answers written out, answers
 * derived from the recording by a stated change, and rules for the few answers whose text is the library's own.
 */
import type { Exchange, Expectation, Rule } from '../support/replay.js'

/** What one recorded exchange is to be answered with. */
export type Outcome = (exchange: Exchange) => Expectation

export type Persistence = 'keep-alive' | 'close'

/** The recording, or one of its alternatives: here the reference may be followed. */
export const asRecorded: Outcome = (exchange) => [
  { receive: exchange.receive, closed: exchange.closed },
  ...(exchange.alternatives ?? []),
]

/** One of the recording's alternatives, by its id; the recording itself won't do. */
export function alternative(id: string): Outcome {
  return (exchange) => {
    const found = exchange.alternatives?.filter((answer) => answer.id === id) ?? []
    if (found.length === 0) throw new Error(`${exchange.group}/${exchange.name} has no alternative ${id}`)
    return found
  }
}

/** Exactly these responses, one after the other. A last response that says `close` is followed by the close. */
export function responses(...texts: string[]): Outcome {
  const receive = texts.join('')
  return () => [{ receive, closed: /\r\nConnection: close\r\n/.test(texts.at(-1) ?? '') }]
}

/** Not an octet, and the connection ends. */
export const silence: Outcome = () => [{ receive: '', closed: true }]

/** The recording with each of the given texts, which must occur in it, replaced. */
export function recordingWith(edits: readonly (readonly [from: string, to: string])[], closed?: boolean): Outcome {
  return (exchange) => {
    let receive = exchange.receive
    for (const [from, to] of edits) {
      if (!receive.includes(from)) throw new Error(`${exchange.group}/${exchange.name} does not contain ${from}`)
      receive = receive.replaceAll(from, to)
    }
    return [{ receive, closed: closed ?? exchange.closed }]
  }
}

/** The recorded answer, but the connection goes on, and says so. */
export const keptAlive: Outcome = recordingWith([['Connection: close\r\n', 'Connection: keep-alive\r\n']], false)

/** The recorded answer, but the connection ends, and says so. */
export const closedInstead: Outcome = recordingWith([['Connection: keep-alive\r\n', 'Connection: close\r\n']], true)

/** Only the first of the recorded responses: what followed was made of octets that were no request. */
export function firstResponseOnly(closed: boolean): Outcome {
  return (exchange) => [{ receive: firstResponse(exchange.receive), closed }]
}

/** The recorded answer to the first request, then this one. */
export function afterFirstResponse(rule: Rule): Outcome {
  return (exchange) => {
    const first = firstResponse(exchange.receive)
    return {
      closed: rule.closed,
      complaint: (received) =>
        received.startsWith(first) ? rule.complaint(received.slice(first.length)) : 'the first answer is another one',
    }
  }
}

/** A complete response with the library's error page, whatever its words, and the close. Nothing of what came after is answered. */
export function refused(...statuses: number[]): Outcome {
  return () => refusal(...statuses)
}

export function refusal(...statuses: number[]): Rule {
  return { closed: true, complaint: (received) => pageComplaint(received, statuses) }
}

/** A response with this head line and these fields, Server, Date and Connection in their place, and its length. */
export function response(
  status: string,
  connection: Persistence,
  body: string,
  contentType?: string,
  ...furtherFields: string[]
): string {
  const fields = [
    'Server: Rig/1.0',
    'Date: <DATE>',
    `Connection: ${connection}`,
    ...(contentType === undefined ? [] : [`Content-Type: ${contentType}`]),
    `Content-Length: ${body.length}`,
    ...furtherFields,
  ]
  return `HTTP/1.1 ${status}\r\n${fields.join('\r\n')}\r\n\r\n${body}`
}

/** What the resource `^full$` answers. */
export function full(connection: Persistence): string {
  return response('200 OK', connection, 'full body\n', 'text/plain; charset=UTF-8')
}

/** What `text(body)` answers; the body is a latin-1 string of octets. */
export function text(connection: Persistence, body: string): string {
  return response('200 OK', connection, body, 'text/plain')
}

export function notFound(connection: Persistence): string {
  return response('404 Not Found', connection, 'Resource Not Found\n', 'text/plain; charset=UTF-8')
}

export function serverError(connection: Persistence): string {
  return response('500 Internal Server Error', connection, 'Internal Server Error')
}

/** What a form or JSON body that can't be read is answered with. */
export function badRequest(connection: Persistence): string {
  return response('400 Bad Request', connection, 'Bad Request')
}

export function unauthorized(connection: Persistence): string {
  return response(
    '401 Unauthorized',
    connection,
    'Unauthorized',
    'text/plain; charset=UTF-8',
    'WWW-Authenticate: Basic realm="Rig/1.0"',
  )
}

/** The page of `send_error`, its texts already escaped. */
export function errorPage(code: number, message: string, explanation: string): string {
  return `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: ${code}</p>
        <p>Message: ${message}.</p>
        <p>Error code explanation: ${code} - ${explanation}.</p>
    </body>
</html>
`
}

/** Octets up to the end of the first response, as its Content-Length tells. */
function firstResponse(octets: string): string {
  const length = /^HTTP[^]*?\r\nContent-Length: (\d+)\r\n/.exec(octets)?.[1]
  if (length === undefined) throw new Error('the first response has no Content-Length')
  return octets.slice(0, octets.indexOf('\r\n\r\n') + 4 + Number(length))
}

function pageComplaint(received: string, statuses: readonly number[]): string | null {
  const code = statuses.find((status) => received.startsWith(`HTTP/1.1 ${status} `))
  if (code === undefined) return `expected a complete response with status ${statuses.join(' or ')}`
  const [head = '', ...rest] = received.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  const phrase = /^HTTP\/1\.1 \d+ (.*)\r/.exec(head)?.[1] ?? ''
  const explanation = /explanation: \d+ - (.*)\.<\/p>/.exec(body)?.[1] ?? ''
  const page = errorPage(code, escapeHtml(phrase), explanation)
  const expected = response(`${code} ${phrase}`, 'close', page, 'text/html;charset=utf-8')
  return received === expected ? null : `expected one ${code} with the error page and nothing else`
}

function escapeHtml(octets: string): string {
  return octets.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
