/** Which addresses a server listens on: those given, or Python's defaults. */

/** Host (name or IP address), port (0: any free one), and whether TLS is spoken there. */
export type Address = readonly [host: string, port: number, use_ssl?: boolean]

export interface AddressOptions {
  readonly addresses?: readonly Address[] | undefined
  /** @deprecated since 2.0.12, as in Python; TLS when `ssl_certfile` is given. */
  readonly address?: readonly [host: string, port: number] | undefined
  readonly ssl_certfile?: string | undefined
}

/**
 * The addresses to bind. Without any: `0.0.0.0` and 443 or 80 as root, 8443 or 8080 otherwise, TLS when there is a
 * certificate.
 *
 * @throws TypeError naming the address that is none, or that wants TLS without a certificate.
 */
export function resolveAddresses(options: AddressOptions): Required<Address>[] {
  const withTls = options.ssl_certfile !== undefined
  const given: Address[] = [...(options.addresses ?? [])]
  if (options.address !== undefined) given.push([options.address[0], options.address[1], withTls])
  if (given.length === 0 && options.addresses !== undefined)
    throw new TypeError('addresses is empty: nothing to listen on')
  if (given.length === 0) given.push(['0.0.0.0', defaultPort(withTls), withTls])
  return given.map((address) => checked(address, withTls))
}

function defaultPort(withTls: boolean): number {
  const privileged = process.getuid?.() === 0
  if (withTls) return privileged ? 443 : 8443
  return privileged ? 80 : 8080
}

function checked(address: Address, withTls: boolean): Required<Address> {
  const [host, port, useSsl = false] = address
  if (typeof host !== 'string') throw new TypeError(`not a host: ${String(host)}`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError(`not a port: ${String(port)}`)
  if (useSsl && !withTls) throw new TypeError(`${host}:${port} wants TLS, but there is no ssl_certfile`)
  return [host, port, useSsl]
}
