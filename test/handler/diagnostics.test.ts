/** The diagnostics channels: what they tell of connections and requests, in which order, and that silence is free. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type ConnectionDiagnostics,
  type HandlerClass,
  type RequestDiagnostics,
  RequestError,
  RequestHandler,
} from '../../src/index.js'
import { serve } from '../support/serve.js'

const NAMES = ['connection.start', 'request.start', 'request.end', 'connection.end'] as const
type Told = { name: (typeof NAMES)[number]; message: ConnectionDiagnostics | RequestDiagnostics }

const subscriptions: (() => void)[] = []
afterEach(() => {
  for (const end of subscriptions.splice(0)) end()
})

/** All that the channels tell from now on. */
function listen(): Told[] {
  const told: Told[] = []
  for (const name of NAMES) {
    const listener = (message: unknown): void => void told.push({ name, message: message as Told['message'] })
    subscribe(`advancedhttpserver.${name}`, listener)
    subscriptions.push(() => unsubscribe(`advancedhttpserver.${name}`, listener))
  }
  return told
}

async function talkTo(klass: HandlerClass, octets: string): Promise<string> {
  await using served = await serve(klass)
  return await served.talk(octets)
}

class DemoHandler extends RequestHandler {
  do_FAIL(): void {
    throw new TypeError('on purpose')
  }

  async do_LATER(): Promise<void> {
    await this.read_body()
    this.send_response(202)
    this.send_header('Content-Length', 0)
    this.end_headers()
  }

  do_RAW(): void {
    this.wfile.write('anything\r\n')
    this.close_connection = true
  }
}

describe('the diagnostics channels', () => {
  it('tell of a connection and its requests from start to end, with one message each', async () => {
    const told = listen()
    await talkTo(DemoHandler, 'GET /a HTTP/1.1\r\nHost: a\r\n\r\nLATER /b HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(told.map(({ name }) => name)).toEqual([
      'connection.start',
      'request.start',
      'request.end',
      'request.start',
      'request.end',
      'connection.end',
    ])
    const [connection, first, firstEnd, second, , connectionEnd] = told.map(({ message }) => message)
    expect(firstEnd).toBe(first)
    expect(connectionEnd).toBe(connection)
    expect(first).toMatchObject({ head: { method: 'GET', target: '/a' }, status: 404, error: null })
    expect(second).toMatchObject({ head: { method: 'LATER', target: '/b' }, status: 202, error: null })
    expect((first as RequestDiagnostics).handler.connection).toBe((connection as ConnectionDiagnostics).connection)
    expect((connection as ConnectionDiagnostics).server).toBe((first as RequestDiagnostics).handler.server)
  })

  it('tell what a handler threw, beside the answer', async () => {
    const told = listen()
    await talkTo(DemoHandler, 'FAIL / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(told[2]?.message).toMatchObject({ status: 500, error: new TypeError('on purpose') })
  })

  it('tell of octets that are no request', async () => {
    const told = listen()
    await talkTo(DemoHandler, 'nonsense\r\n\r\n')
    expect(told[1]?.name).toBe('request.start')
    const end = told[2]?.message as RequestDiagnostics
    expect(end).toMatchObject({ head: null, status: 400 })
    expect(end.error).toBeInstanceOf(RequestError)
  })

  it('know no status of an answer that was written as octets', async () => {
    const told = listen()
    await talkTo(DemoHandler, 'RAW / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(told[2]?.message).toMatchObject({ status: null, error: null })
  })

  it('run the handler within a store that is bound to the start of a request', async () => {
    const storage = new AsyncLocalStorage<unknown>()
    const start = channel('advancedhttpserver.request.start')
    start.bindStore(storage, (message) => message)
    subscriptions.push(() => void start.unbindStore(storage))
    class Stored extends RequestHandler {
      override async do_GET(): Promise<void> {
        await this.read_body()
        await this.send_response_full((storage.getStore() as RequestDiagnostics).head?.target ?? 'nowhere')
      }
    }
    expect(await talkTo(Stored, 'GET /here HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/\/here$/)
  })

  it('do not tell of a request that began before anybody listened', async () => {
    const told: Told[] = []
    class LateListener extends RequestHandler {
      override do_GET(): void {
        told.push(...[listen()].flat())
        this.send_response(204)
        this.end_headers()
      }
    }
    await talkTo(LateListener, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(told).toEqual([])
  })
})
