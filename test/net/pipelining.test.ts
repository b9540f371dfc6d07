/** Requests that come before the one in front of them is answered: in order, in bounded memory, and not at others' cost. */
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { hear, hearUntil, serve } from '../support/serve.js'
import { steady } from '../support/settled.js'

const request = (path: string | number, fields = ''): string => `GET /${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`
const CLOSE = 'Connection: close\r\n'

/** Answers with the path, after as long as the path asks for. */
class Echo extends RequestHandler {
  override async do_GET(): Promise<void> {
    const pause = /^\/wait-(\d+)/.exec(this.path)?.[1]
    if (pause !== undefined) await delay(Number(pause))
    await this.send_response_full(`[${this.path}]`)
  }
}

/** Answers at once, so that nothing but the connection itself lets others have their turn. */
class Immediate extends RequestHandler {
  override do_GET(): void {
    void this.send_response_full(`[${this.path}]`)
  }
}

function answers(heard: string): string[] {
  return Array.from(heard.matchAll(/\[\/([^\]]*)\]/g), ([, path]) => path as string)
}

describe('pipelined requests', () => {
  it('are answered in their order, however long each takes', async () => {
    await using served = await serve(Echo)
    const paths = ['wait-20', 'a', 'wait-5', 'b', 'c']
    const heard = await served.talk(paths.map((path) => request(path)).join(''))
    expect(answers(heard)).toEqual(paths)
  })

  it('are answered in their order when they arrive octet by octet', async () => {
    await using served = await serve(Echo)
    const client = await served.client()
    const heard = hear(client)
    const octets = request('a') + request('b') + request('c', CLOSE)
    for (const octet of octets) {
      client.write(octet)
      await turn()
    }
    expect(answers(await heard)).toEqual(['a', 'b', 'c'])
  })

  it('behind one that closes are not answered', async () => {
    await using served = await serve(Echo)
    expect(answers(await served.talk(request('a') + request('b', CLOSE) + request('c')))).toEqual(['a', 'b'])
  })

  it('behind octets that are no request are not answered, and those in front of them are', async () => {
    await using served = await serve(Echo)
    const heard = await served.talk(`${request('a')}BAD\r\n\r\n${request('b')}`)
    expect(answers(heard)).toEqual(['a'])
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  })

  it('that are larger than a socket read, together and each, are taken apart', async () => {
    await using served = await serve(Echo)
    const padding = `X-Padding: ${'p'.repeat(60_000)}\r\n`
    const paths = Array.from({ length: 20 }, (_, number) => String(number))
    expect(answers(await served.talk(paths.map((path) => request(path, padding)).join('')))).toEqual(paths)
  })

  it.each([
    ['Echo', Echo],
    ['Immediate', Immediate],
  ])('ten thousand in one write are all answered (%s)', async (_name, klass) => {
    await using served = await serve(klass)
    const count = 10_000
    let octets = ''
    for (let number = 0; number < count; number += 1) octets += request(number)
    const heard = answers(await served.talk(octets))
    expect(heard).toHaveLength(count)
    expect(heard.every((path, number) => path === String(number))).toBe(true)
  })

  it('let others have their turn, although their handler never waits', async () => {
    let floodAnswered = 0
    let floodWhenAnswered = -1
    class Counting extends Immediate {
      override do_GET(): void {
        if (this.path === '/other') floodWhenAnswered = floodAnswered
        else floodAnswered += 1
        super.do_GET()
      }
    }
    await using served = await serve(Counting)
    const count = 20_000
    const flood = await served.client()
    const flooded = hear(flood)
    const other = await served.client()
    // Both are in the kernel before the server, which is this very process, gets to read either.
    flood.end(request('flood').repeat(count))
    other.write(request('other'))
    expect(await hearUntil(other, (heard) => heard.includes('[/other]'))).toContain('200 OK')
    // One read of the socket holds thousands.
    expect(floodWhenAnswered).toBeLessThan(1_000)
    expect(answers(await flooded)).toHaveLength(count)
  })

  it('wait, and with them their client, while their answers are not read', async () => {
    let answered = 0
    class Large extends RequestHandler {
      override do_GET(): void {
        answered += 1
        void this.send_response_full('x'.repeat(100_000))
      }
    }
    await using served = await serve(Large)
    const client = await served.client()
    client.pause()
    client.write(request('x').repeat(10_000))
    // What the kernel holds for both sides is some megabytes; all the answers would be a gigabyte.
    expect(await steady(() => answered)).toBeLessThan(200)
    client.destroy()
  })
})
