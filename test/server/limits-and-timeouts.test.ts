/** Limits and timeouts: given to a server or said by a handler class, checked when the server is made, read by handlers. */
import { describe, expect, it } from 'vitest'
import {
  AdvancedHTTPServer,
  DEFAULT_LIMITS,
  DEFAULT_TIMEOUTS,
  type HandlerClass,
  type Limits,
  RequestHandler,
  type Timeouts,
} from '../../src/index.js'
import { resolveLimits } from '../../src/http/limits.js'
import { hear, serve } from '../support/serve.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

/** Answers with what it has to keep to. */
class Showing extends RequestHandler {
  override do_GET(): void {
    const { limits, timeouts } = this.connection
    const shown = { limits: shownOf(limits), timeouts: shownOf(timeouts) }
    void this.send_response_full(JSON.stringify(shown))
  }
}

/** JSON knows no Infinity. */
function shownOf(values: Limits | Timeouts): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

async function shownBy(klass: HandlerClass, options: object = {}): Promise<unknown> {
  await using served = await serve(klass, options)
  return JSON.parse((await served.talk(GET)).split('\r\n\r\n')[1] ?? '')
}

describe('a handler finds', () => {
  it('the defaults', async () => {
    expect(await shownBy(Showing)).toEqual({ limits: shownOf(DEFAULT_LIMITS), timeouts: shownOf(DEFAULT_TIMEOUTS) })
  })

  it('what its server was given in place of single ones', async () => {
    const shown = await shownBy(Showing, { limits: { drain_bytes: 7 }, timeouts: { idle_ms: 8 } })
    expect(shown).toEqual({
      limits: shownOf({ ...DEFAULT_LIMITS, drain_bytes: 7 }),
      timeouts: shownOf({ ...DEFAULT_TIMEOUTS, idle_ms: 8 }),
    })
  })

  it('what its class says in place of those', async () => {
    class Own extends Showing {
      static override limits = { drain_bytes: 9 }
      static override timeouts = { idle_ms: 10 }
    }
    const shown = await shownBy(Own, {
      limits: { drain_bytes: 7, form_fields: 6 },
      timeouts: { idle_ms: 8, head_ms: 5 },
    })
    expect(shown).toEqual({
      limits: shownOf({ ...DEFAULT_LIMITS, drain_bytes: 9, form_fields: 6 }),
      timeouts: shownOf({ ...DEFAULT_TIMEOUTS, idle_ms: 10, head_ms: 5 }),
    })
  })

  it('what the nearest of its classes says', async () => {
    class Parent extends Showing {
      static override limits: Partial<Limits> = { drain_bytes: 9 }
    }
    class Child extends Parent {}
    class Grandchild extends Child {
      static override limits = { ...Child.limits, form_fields: 3 }
    }
    expect(await shownBy(Child)).toMatchObject({ limits: { drain_bytes: '9' } })
    expect(await shownBy(Grandchild)).toMatchObject({ limits: { drain_bytes: '9', form_fields: '3' } })
  })
})

describe('what a class says', () => {
  it('holds for its connections', async () => {
    class Strict extends Showing {
      static override limits = { header_fields: 1 }
      static override timeouts = { idle_ms: 20 }
    }
    await using served = await serve(Strict)
    expect(await served.talk('GET /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n')).toMatch(/^HTTP\/1\.1 431 /)
    const client = await served.client()
    client.write(GET)
    expect(await hear(client)).toContain('200 OK')
  })
})

function make(options: object, klass: HandlerClass = RequestHandler): AdvancedHTTPServer {
  return new AdvancedHTTPServer(klass, { addresses: [['127.0.0.1', 0]], ...options })
}

describe('nonsense', () => {
  it.each(Object.keys(DEFAULT_LIMITS))('is refused when the server is made, with its name: %s', (name) => {
    for (const nonsense of [-1, 1.5, NaN, '5', null, -Infinity, {}, 2 ** 53]) {
      expect(() => make({ limits: { [name]: nonsense } })).toThrow(RangeError)
      expect(() => make({ limits: { [name]: nonsense } })).toThrow(`limits.${name} `)
    }
    expect(resolveLimits({ [name]: Infinity })).toHaveProperty(name, Infinity)
  })

  it.each(['verb_bytes', 'request_line_bytes', 'output_bytes', 'connections', 'connections_per_address'])(
    'is a limit that leaves nothing: %s',
    (name) => {
      expect(() => make({ limits: { [name]: 0 } })).toThrow(`limits.${name} must be a whole number from 1 up`)
    },
  )

  it('is refused in timeouts, too', () => {
    expect(() => make({ timeouts: { head_ms: -1 } })).toThrow('timeouts.head_ms')
    expect(() => make({ timeouts: { headMs: 1 } })).toThrow('unknown timeout: headMs')
    expect(() => make({ limits: { verbBytes: 1 } })).toThrow('unknown limit: verbBytes')
  })

  it('is refused when a class says it', () => {
    class Nonsense extends RequestHandler {
      static override limits = { verb_bytes: -1 }
    }
    class Unknown extends RequestHandler {
      static override timeouts: object = { soon_ms: 1 }
    }
    expect(() => make({}, Nonsense)).toThrow('limits.verb_bytes')
    expect(() => make({}, Unknown)).toThrow('unknown timeout: soon_ms')
  })
})
