/**
 * Python's names for TLS versions, as `ssl_version` takes them, and the version range that each of them means to
 * Node. Nothing below TLS 1.2 has a name here: RFC 8996 forbids it.
 */
import type { SecureVersion } from 'node:tls'

/** The lowest and the highest version that a handshake may settle on. */
export interface ProtocolVersions {
  /** Lowest version that is spoken. */
  readonly minVersion: SecureVersion
  /** Highest version that is spoken. */
  readonly maxVersion: SecureVersion
}

/** Differs from Python: without a name its module pins TLS 1.2, and a client that insists on 1.3 is refused. */
const ANY_VERSION: ProtocolVersions = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' }

const VERSIONS: ReadonlyMap<string, ProtocolVersions> = new Map([
  ['TLS', ANY_VERSION],
  ['TLS_SERVER', ANY_VERSION],
  ['TLSv1_2', { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }],
  ['TLSv1_3', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }],
])

/**
 * The versions that a Python name (`ssl.PROTOCOL_…` without its prefix) allows.
 *
 * @param name - `TLSv1_2` or `TLSv1_3` for exactly that version, `TLS` or nothing for every version from 1.2 up.
 * @throws RangeError for any other name, naming it; TypeError when it is no string.
 * @remarks Source: AdvancedHTTPServer, `resolve_ssl_protocol_version`.
 */
export function resolve_ssl_protocol_version(name?: string | null): ProtocolVersions {
  if (name === undefined || name === null) return ANY_VERSION
  if (typeof name !== 'string') throw new TypeError(`ssl_version must be a string, not ${typeof name}`)
  const versions = VERSIONS.get(name)
  if (versions) return versions
  throw new RangeError(`invalid ssl protocol version: ${name} (known: ${[...VERSIONS.keys()].join(', ')})`)
}

/** Whether certificates can be chosen by server name: always, with Node. Source: the original's module of that name. */
export const g_ssl_has_server_sni = true
