/** Where a server can be reached: the URLs of an address it listens on, as a person would type them. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

export interface ServerUrls {
  /** From this machine. */
  readonly local: readonly string[]
  /** From other machines. */
  readonly network: readonly string[]
}

const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::', ''])

/**
 * @param host - As listened on: an address, a name, or all addresses of the machine.
 * @param interfaces - The machine's interfaces; a test passes its own.
 */
export function serverUrls(
  host: string,
  port: number,
  withTls: boolean,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): ServerUrls {
  const url = (name: string) => urlOf(name, port, withTls)
  if (!EVERY_ADDRESS.has(host))
    return isLoopback(host) ? { local: [url(host)], network: [] } : { local: [], network: [url(host)] }
  const reachable = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, address }) => !internal && isShown(family, address, host))
  return { local: [url('localhost')], network: reachable.map(({ address }) => url(address)) }
}

/** IPv6 when all of IPv6 is listened on; link-local addresses need a zone that browsers don't take. */
function isShown(family: string, address: string, host: string): boolean {
  return family === 'IPv4' || (host === '::' && !/^fe[89ab]/i.test(address))
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function urlOf(host: string, port: number, withTls: boolean): string {
  const name = host.includes(':') ? `[${host}]` : host
  const isDefault = port === (withTls ? 443 : 80)
  return `${withTls ? 'https' : 'http'}://${name}${isDefault ? '' : `:${port}`}/`
}
