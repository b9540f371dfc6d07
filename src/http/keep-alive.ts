/**
 * Whether a connection goes on after a message (RFC 9112 9.3), from the version and the Connection fields alone. llhttp
 * has its own answer, which overlooks `close` before a tab and beside `keep-alive`: a connection goes on when both agree.
 */
import { listMembers } from './field-syntax.js'

/**
 * @param connection - Value of the Connection fields, several joined with commas; null when there is none.
 */
export function keepsAlive(minorVersion: number, connection: string | null): boolean {
  if (connection === null) return minorVersion >= 1
  // What nearly every client sends.
  if (connection === 'keep-alive') return true
  if (connection === 'close') return false
  const options = listMembers(connection)
  if (options.includes('close')) return false
  return minorVersion >= 1 || options.includes('keep-alive')
}

/** Whether a Connection value has this option, which is given in lower case. */
export function hasConnectionOption(connection: string | null, option: string): boolean {
  return connection !== null && listMembers(connection).includes(option)
}
