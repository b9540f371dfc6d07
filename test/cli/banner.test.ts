import { describe, expect, it } from 'vitest'
import { banner } from '../../src/cli/banner.js'

describe('banner', () => {
  it('shows what is served, where it can be reached, and how it ends', () => {
    const urls = [
      { local: ['http://localhost:8080/'], network: ['http://192.0.2.7:8080/'] },
      { local: ['https://127.0.0.1:8443/'], network: [] },
    ]
    expect(banner({ title: 'Server 1.0 serves /srv', urls, notes: ['GET /a'] })).toBe(`
  Server 1.0 serves /srv

  Local:    http://localhost:8080/
  Local:    https://127.0.0.1:8443/
  Network:  http://192.0.2.7:8080/

  GET /a

  Ctrl-C stops it.

`)
  })
})
