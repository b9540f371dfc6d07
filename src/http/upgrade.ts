/** What a request head says about leaving HTTP for another protocol on the same connection (RFC 9110 7.8). */
import type { RequestHead } from './events.js'
import type { Headers } from './headers.js'

export type UpgradeRequest = Pick<RequestHead, 'method' | 'httpVersion' | 'headers'>

/**
 * Whether the request asks for a WebSocket in a way that counts: a GET (RFC 6455 4.1) over HTTP/1.1, whose Upgrade names
 * websocket and whose Connection names upgrade. In HTTP/1.0, Upgrade has to be ignored.
 */
export function asksForWebSocket({ method, httpVersion, headers }: UpgradeRequest): boolean {
  if (method !== 'GET' || httpVersion === 'HTTP/1.0' || !headers.has('Upgrade')) return false
  return lists(headers, 'Upgrade', 'websocket') && lists(headers, 'Connection', 'upgrade')
}

/** Members of a list field, all its lines together (RFC 9110 5.6.1). */
export function listMembers(headers: Headers, fieldName: string): string[] {
  return headers
    .get_all(fieldName)
    .flatMap((line) => line.split(','))
    .map((member) => member.trim())
    .filter((member) => member !== '')
}

/** Whether the list field has this member, whatever its case. */
function lists(headers: Headers, fieldName: string, member: string): boolean {
  return listMembers(headers, fieldName).some((candidate) => candidate.toLowerCase() === member)
}
