/** `signal`: how a handler learns that nobody waits for its answer any more. */
import { EventEmitter, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { RequestHandler } from '../../src/index.js'
import { LineLog } from '../support/line-log.js'
import { deferred } from '../support/settled.js'
import { hear, serve } from '../support/serve.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

describe('the signal of a request', () => {
  it('is aborted when the client goes, and nothing is logged of that', async () => {
    const log = new LineLog()
    const started = deferred()
    const aborted = deferred<unknown>()
    class Waiting extends RequestHandler {
      override async do_GET(): Promise<void> {
        started.resolve()
        await once(this.signal, 'abort')
        aborted.resolve(this.signal.reason)
      }
    }
    await using served = await serve(Waiting, { logger: log })
    const client = await served.client()
    client.write(GET)
    await started.promise
    client.resetAndDestroy()
    expect(await aborted.promise).toMatchObject({ name: 'RequestError', code: 'PEER_GONE', status: 0 })
    await served.server.shutdown()
    expect(log.at('error')).toEqual([])
  })

  it('is aborted already when it is first looked at after the client has gone', async () => {
    const started = deferred()
    const gone = deferred()
    const seen = deferred<boolean>()
    class Late extends RequestHandler {
      override async do_GET(): Promise<void> {
        this.request.once('close', () => setImmediate(gone.resolve))
        started.resolve()
        await gone.promise
        seen.resolve(this.signal.aborted)
      }
    }
    await using served = await serve(Late)
    const client = await served.client()
    client.write(GET)
    await started.promise
    client.resetAndDestroy()
    expect(await seen.promise).toBe(true)
  })

  it('is not aborted when the client only shuts its sending side', async () => {
    class Half extends RequestHandler {
      override async do_GET(): Promise<void> {
        const { signal } = this
        await once(this.request, 'end')
        await new Promise((resolve) => setImmediate(resolve))
        await this.send_response_full(`[${signal.aborted}]`)
      }
    }
    await using served = await serve(Half)
    expect(await served.talk(GET)).toContain('[false]')
  })

  it('belongs to one request: the next one has its own', async () => {
    const signals: AbortSignal[] = []
    class Collecting extends RequestHandler {
      override do_GET(): void {
        signals.push(this.signal, this.signal)
        void this.send_response_full('')
      }
    }
    await using served = await serve(Collecting)
    await served.talk(GET + GET)
    expect(new Set(signals).size).toBe(2)
    expect(signals[0]).toBe(signals[1])
  })

  it('is aborted when the server ends what is left after its grace', async () => {
    const started = deferred()
    const aborted = deferred<unknown>()
    class Endless extends RequestHandler {
      override async do_GET(): Promise<void> {
        started.resolve()
        await once(this.signal, 'abort')
        aborted.resolve(this.signal.reason)
      }
    }
    await using served = await serve(Endless)
    const client = await served.client()
    client.write(GET)
    await started.promise
    const heard = hear(client)
    await served.server.shutdown({ grace_ms: 10 })
    await aborted.promise
    expect(await heard).toBe('')
  })

  it('ends the waits of a handler that passes it on', async () => {
    const log = new LineLog()
    const started = deferred()
    const failed = deferred<unknown>()
    class Passing extends RequestHandler {
      override async do_GET(): Promise<void> {
        started.resolve()
        try {
          await once(new EventEmitter(), 'never', { signal: this.signal })
        } catch (error) {
          failed.resolve(error)
          throw error
        }
      }
    }
    await using served = await serve(Passing, { logger: log })
    const client = await served.client()
    client.write(GET)
    await started.promise
    client.resetAndDestroy()
    expect(await failed.promise).toBeInstanceOf(Error)
    await served.server.shutdown()
    expect(log.at('error')).toEqual([])
  })
})
