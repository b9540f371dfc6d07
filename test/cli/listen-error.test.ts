import { describe, expect, it } from 'vitest'
import { explainListenError } from '../../src/cli/listen-error.js'

function listenError(code: string, port = 80): Error {
  return Object.assign(new Error(`${code} 192.0.2.7:${port}`), { code, address: '192.0.2.7', port })
}

describe('explainListenError', () => {
  it.each([
    ['EADDRINUSE', 8080, 'port 8080 of 192.0.2.7 is already in use', 'try --port 8081, or --port 0 for any free one'],
    [
      'EADDRINUSE',
      65_535,
      'port 65535 of 192.0.2.7 is already in use',
      'try --port 65534, or --port 0 for any free one',
    ],
    ['EACCES', 80, 'this user may not listen on port 80', 'try --port 8080'],
    ['EADDRNOTAVAIL', 80, 'this machine has no address 192.0.2.7', 'try --ip 0.0.0.0, which is all of them'],
    ['ENOTFOUND', 80, 'there is no host 192.0.2.7', 'try --ip 127.0.0.1, which is this machine only'],
    ['EINVAL', 80, 'EINVAL 192.0.2.7:80', null],
  ])('says what %s of port %d means and what to try', (code, port, reason, advice) => {
    expect(explainListenError(listenError(code, port))).toEqual({ reason, advice })
  })

  it('knows what is no such error', () => {
    expect(explainListenError(new Error('other'))).toBeNull()
    expect(explainListenError('EADDRINUSE')).toBeNull()
  })
})
