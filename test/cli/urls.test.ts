import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { serverUrls } from '../../src/cli/urls.js'

function address(family: 'IPv4' | 'IPv6', text: string, internal = false): NetworkInterfaceInfo {
  const common = { address: text, netmask: '', mac: '', cidr: null, internal }
  return family === 'IPv4' ? { ...common, family } : { ...common, family, scopeid: 0 }
}

const INTERFACES = {
  lo: [address('IPv4', '127.0.0.1', true), address('IPv6', '::1', true)],
  eth0: [address('IPv4', '192.0.2.7'), address('IPv6', '2001:db8::7'), address('IPv6', 'fe80::7')],
  eth1: undefined,
}

describe('serverUrls', () => {
  it('names this machine and its IPv4 addresses when all of IPv4 is listened on', () => {
    expect(serverUrls('0.0.0.0', 8080, false, INTERFACES)).toEqual({
      local: ['http://localhost:8080/'],
      network: ['http://192.0.2.7:8080/'],
    })
  })

  it('adds IPv6 addresses that need no zone when all of IPv6 is listened on', () => {
    expect(serverUrls('::', 8443, true, INTERFACES)).toEqual({
      local: ['https://localhost:8443/'],
      network: ['https://192.0.2.7:8443/', 'https://[2001:db8::7]:8443/'],
    })
  })

  it('names the one address that is listened on', () => {
    expect(serverUrls('127.0.0.1', 1, false, INTERFACES)).toEqual({ local: ['http://127.0.0.1:1/'], network: [] })
    expect(serverUrls('::1', 1, false, INTERFACES)).toEqual({ local: ['http://[::1]:1/'], network: [] })
    expect(serverUrls('192.0.2.7', 1, false, INTERFACES)).toEqual({ local: [], network: ['http://192.0.2.7:1/'] })
  })

  it('leaves the port out that a browser assumes', () => {
    expect(serverUrls('localhost', 80, false).local).toEqual(['http://localhost/'])
    expect(serverUrls('localhost', 443, true).local).toEqual(['https://localhost/'])
    expect(serverUrls('localhost', 443, false).local).toEqual(['http://localhost:443/'])
  })

  it('asks the machine for its interfaces', () => {
    const internal = [...serverUrls('0.0.0.0', 8080, false).network].filter((url) => url.includes('//127.'))
    expect(internal).toEqual([])
  })
})
