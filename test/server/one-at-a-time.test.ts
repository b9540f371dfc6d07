/** `use_threads: false`: connections are served one at a time, and the others wait. */
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { RequestHandler, ServerNonThreaded } from '../../src/index.js'
import { deferred, until } from '../support/settled.js'
import { hear, hearUntil, serve } from '../support/serve.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

class Counting extends RequestHandler {
  static now = 0
  static most = 0
  override async do_GET(): Promise<void> {
    Counting.now += 1
    Counting.most = Math.max(Counting.most, Counting.now)
    await new Promise((resolve) => setTimeout(resolve, 5))
    Counting.now -= 1
    await this.send_response_full('[answer]')
  }
}

function get(client: Socket, path: string): void {
  client.write(`GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
}

describe('connections, one at a time,', () => {
  it('are all served, and never two of them side by side', async () => {
    Counting.most = 0
    await using served = await serve(Counting, { use_threads: false })
    expect(served.server.sub_servers[0]).toBeInstanceOf(ServerNonThreaded)
    const heard = await Promise.all(Array.from({ length: 10 }, () => served.talk(GET)))
    expect(heard.every((answer) => answer.endsWith('[answer]'))).toBe(true)
    expect(Counting.most).toBe(1)
  })

  it('are served side by side otherwise', async () => {
    Counting.most = 0
    await using served = await serve(Counting)
    await Promise.all(Array.from({ length: 10 }, () => served.talk(GET)))
    expect(Counting.most).toBeGreaterThan(1)
  })

  it('wait for one that goes on, and come in the order they arrived', async () => {
    const order: string[] = []
    class Ordered extends RequestHandler {
      override do_GET(): void {
        order.push(this.path)
        void this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Ordered, { use_threads: false })
    const first = await served.client()
    get(first, '1')
    await hearUntil(first, (heard) => heard.includes('[answer]'))
    const second = await served.client()
    get(second, '2')
    const third = await served.client()
    get(third, '3')
    get(first, '1-again')
    await hearUntil(first, (heard) => heard.includes('[answer]'))
    first.end()
    await hearUntil(second, (heard) => heard.includes('[answer]'))
    second.end()
    await hearUntil(third, (heard) => heard.includes('[answer]'))
    expect(order).toEqual(['/1', '/1-again', '/2', '/3'])
  })

  it('lose their turn when their client has left meanwhile', async () => {
    const begun = deferred()
    const release = deferred()
    class Held extends RequestHandler {
      override async do_GET(): Promise<void> {
        begun.resolve()
        await release.promise
        await this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Held, { use_threads: false })
    const first = served.talk(GET)
    await begun.promise
    const gone = await served.client()
    gone.resetAndDestroy()
    const last = served.talk(GET)
    release.resolve()
    expect(await first).toContain('[answer]')
    expect(await last).toContain('[answer]')
  })

  it('do not stop at one that fails', async () => {
    let count = 0
    class Failing extends RequestHandler {
      override on_init(): void {
        count += 1
        if (count < 3) throw new Error('the fault')
      }
      override do_GET(): void {
        void this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Failing, { use_threads: false })
    const heard = await Promise.all([served.talk(GET), served.talk(GET), served.talk(GET)])
    expect(heard.filter((answer) => answer.includes('[answer]'))).toHaveLength(1)
  })

  it('that wait are answered by a shutdown, too, each with its one request', async () => {
    let begun = 0
    const release = deferred()
    class Held extends RequestHandler {
      override async do_GET(): Promise<void> {
        begun += 1
        await release.promise
        await this.send_response_full('[answer]')
      }
    }
    await using served = await serve(Held, { use_threads: false })
    const clients = await Promise.all([served.client(), served.client(), served.client()])
    for (const client of clients) client.write(GET)
    await until(() => begun === 1)
    const heard = clients.map((client) => hear(client))
    // A turn of the loop, in which the kernel hands over what it holds.
    await new Promise((resolve) => setTimeout(resolve, 20))
    const stopped = served.server.shutdown({ grace_ms: Infinity })
    setImmediate(release.resolve)
    for (const answer of await Promise.all(heard)) expect(answer).toMatch(/Connection: close\r\n[^]*\[answer\]$/)
    await stopped
  })
})
