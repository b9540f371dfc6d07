/** `RegisterPath`: for all handlers, for a class, for a name, stacked, and as decorator of methods. */
import { describe, expect, it } from 'vitest'
import { RegisterPath, RequestHandler } from '../../src/index.js'
import { serve } from '../support/serve.js'

class Registered extends RequestHandler {}

class Other extends RequestHandler {}

class Decorated extends RequestHandler {
  readonly greeting = 'hello'

  @RegisterPath('^decorated$')
  res_decorated(): void {
    void this.send_response_full(`${this.greeting} from ${this.path}`)
  }

  @RegisterPath('/sum', null, true)
  sum(a: number, b: number): number {
    return a + b
  }
}

class Derived extends Decorated {}

const answer = (text: string) => (handler: RequestHandler) => void handler.send_response_full(text)

RegisterPath('^for-all$')(answer('all'))
RegisterPath('^for-class$', Registered)(answer('class'))
RegisterPath('^for-name$', 'Registered')(answer('name'))
const stacked = answer('stacked')
const returned = RegisterPath('^stack-1$')(RegisterPath('^stack-2$')(stacked))
RegisterPath(/^EXPRESSION$/i)(answer('expression'))

const get = (path: string): string => `GET /${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`

describe('RegisterPath', () => {
  it('gives its function back unchanged, so that calls stack', async () => {
    expect(returned).toBe(stacked)
    await using served = await serve(Other)
    expect(await served.talk(get('stack-1'))).toMatch(/stacked$/)
    expect(await served.talk(get('stack-2'))).toMatch(/stacked$/)
  })

  it('registers for all handler classes when none is given', async () => {
    await using registered = await serve(Registered)
    await using other = await serve(Other)
    expect(await registered.talk(get('for-all'))).toMatch(/all$/)
    expect(await other.talk(get('for-all'))).toMatch(/all$/)
  })

  it('registers for one class, or for the name of one', async () => {
    await using registered = await serve(Registered)
    await using other = await serve(Other)
    expect(await registered.talk(get('for-class'))).toMatch(/class$/)
    expect(await registered.talk(get('for-name'))).toMatch(/name$/)
    expect(await other.talk(get('for-class'))).toMatch(/^HTTP\/1\.1 404 /)
    expect(await other.talk(get('for-name'))).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('takes a regular expression with its flags', async () => {
    await using served = await serve(Other)
    expect(await served.talk(get('eXpression'))).toMatch(/expression$/)
  })

  it('decorates methods of a class, which its subclasses have too and others have not', async () => {
    await using decorated = await serve(Decorated)
    await using derived = await serve(Derived)
    await using other = await serve(Other)
    expect(await decorated.talk(get('decorated'))).toMatch(/hello from decorated$/)
    expect(await derived.talk(get('decorated'))).toMatch(/hello from decorated$/)
    expect(await other.talk(get('decorated'))).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('decorates remote procedures', async () => {
    await using served = await serve(Decorated)
    const call = 'RPC /sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n[2,3]'
    expect(await served.talk(call)).toMatch(/"result": 5/)
  })

  it('decorates methods in the form of experimentalDecorators as well', async () => {
    class Legacy extends RequestHandler {
      res_legacy(): void {
        void this.send_response_full('legacy')
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Legacy.prototype, 'res_legacy') as PropertyDescriptor
    RegisterPath('^legacy$')(Legacy.prototype, 'res_legacy', descriptor)
    await using served = await serve(Legacy)
    await using other = await serve(Other)
    expect(await served.talk(get('legacy'))).toMatch(/legacy$/)
    expect(await other.talk(get('legacy'))).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('refuses at once what is no pattern or no function', () => {
    expect(() => RegisterPath('(open')).toThrow(/\(open/)
    expect(() => RegisterPath('^x$')('no function' as never)).toThrow(TypeError)
  })
})
