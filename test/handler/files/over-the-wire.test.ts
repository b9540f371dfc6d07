/**
 * Files through a whole server and a real socket: what only shows when a client doesn't read, leaves, or goes on.
 */
import { appendFileSync, truncateSync } from 'node:fs'
import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { RequestHandler } from '../../../src/index.js'
import { type Served, serve } from '../../support/serve.js'
import { openDescriptors, TemporaryTree } from './temporary-tree.js'

/** More than the buffers of both ends of a loopback connection hold together. */
const LARGE_BYTES = 32 * 1024 * 1024

const tree = new TemporaryTree()
tree.write('small.txt', 'small\n')

async function serveTree(): Promise<Served> {
  const served = await serve(RequestHandler)
  served.server.serve_files = true
  served.server.serve_files_root = tree.root
  return served
}

/** A file of so many zeros that takes no room on the disk. */
function writeLarge(name: string): string {
  const path = tree.write(name) as string
  truncateSync(path, LARGE_BYTES)
  return path
}

/** Reads no more than it is told to, so that the server has to wait. */
class Downloader {
  head = ''
  bodyBytes = 0
  /** What came together with the head. */
  begin = ''
  readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** Sends a request and stops reading behind the head of its answer. */
  async request(target: string): Promise<void> {
    this.socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await this.#readHead()
  }

  /** Reads until so many octets of the body came, or the server closed; gives how many came. */
  async readBody(bytes: number): Promise<number> {
    for await (const octets of this.socket.iterator({ destroyOnReturn: false })) {
      this.bodyBytes += (octets as Buffer).length
      if (this.bodyBytes >= bytes) break
    }
    return this.bodyBytes
  }

  async #readHead(): Promise<void> {
    let received = Buffer.alloc(0)
    for await (const octets of this.socket.iterator({ destroyOnReturn: false })) {
      received = Buffer.concat([received, octets as Buffer])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) continue
      this.head = received.toString('latin1', 0, end)
      this.bodyBytes = received.length - end - 4
      this.begin = received.toString('latin1', end + 4)
      return
    }
  }
}

describe('a large file over a connection', () => {
  test('that shrinks under way ends the connection, and the answer looks truncated', async () => {
    await using served = await serveTree()
    const path = writeLarge('shrinking.bin')
    const client = new Downloader(await served.client())
    await client.request('/shrinking.bin')
    expect(client.head).toContain(`Content-Length: ${LARGE_BYTES}`)
    truncateSync(path, 1)
    expect(await client.readBody(Infinity).catch(() => client.bodyBytes)).toBeLessThan(LARGE_BYTES)
  })

  test('that grows under way is sent as long as it was announced, and the connection goes on', async () => {
    await using served = await serveTree()
    const path = writeLarge('growing.bin')
    const client = new Downloader(await served.client())
    await client.request('/growing.bin')
    appendFileSync(path, 'more')
    expect(await client.readBody(LARGE_BYTES)).toBe(LARGE_BYTES)
    await client.request('/small.txt')
    expect(client.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(client.begin).toBe('small\n')
  })

  test('is closed when its reader leaves', async () => {
    await using served = await serveTree()
    writeLarge('left.bin')
    const client = new Downloader(await served.client())
    await client.request('/left.bin')
    expect(openDescriptors(tree.base)).not.toBe(0)
    client.socket.resetAndDestroy()
    await vi.waitFor(() => expect(openDescriptors(tree.base) ?? 0).toBe(0))
  })
})

test('a small file leaves together with its head', async () => {
  await using served = await serveTree()
  const client = new Downloader(await served.client())
  await client.request('/small.txt')
  expect(client.begin).toBe('small\n')
})
