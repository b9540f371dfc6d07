/** Handlers may return promises of any kind: those of other libraries and of other realms are waited for as well. */
import { createContext, runInContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { type HandlerClass, type MaybePromise, RequestHandler } from '../../src/index.js'
import { serve } from '../support/serve.js'

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
const POST = 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'

type Later = <T>(value: () => T | Promise<T>) => Promise<T>

/** A promise of another library: it settles later, and is no Promise. */
const thenable = (<T>(value: () => T | Promise<T>) => ({
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried here
  then: (resolve: (value: T | Promise<T>) => void) => void setImmediate(() => resolve(value())),
})) as unknown as Later

/** A promise of another realm, as a test runner or a sandbox makes them. */
const foreign: Later = <T>(value: () => T | Promise<T>) => {
  const context = createContext({ value, setImmediate })
  return runInContext('new Promise((resolve) => setImmediate(() => resolve(value())))', context) as Promise<T>
}

const KINDS = [
  { kind: 'a thenable', later: thenable },
  { kind: 'a promise of another realm', later: foreign },
]

async function heard(klass: HandlerClass, requests: string): Promise<string> {
  await using served = await serve(klass)
  return await served.talk(requests)
}

for (const { kind, later } of KINDS) {
  describe(kind, () => {
    it('that a verb returns is waited for', async () => {
      class Late extends RequestHandler {
        override do_GET(): MaybePromise<void> {
          return later(() => this.send_response_full('late'))
        }
      }
      expect((await heard(Late, GET + GET)).match(/late/g)).toHaveLength(2)
    })

    it.each([GET, POST])('that a registered function returns is waited for', async (request) => {
      class Late extends RequestHandler {
        override on_init(): void {
          this.handler_map['^x$'] = (handler: RequestHandler) => later(() => handler.send_response_full('late'))
        }
      }
      expect((await heard(Late, request + request)).match(/late/g)).toHaveLength(2)
    })

    it('of a refusal lets nobody in', async () => {
      class Closed extends RequestHandler {
        override check_authorization(): MaybePromise<boolean> {
          return later(() => false)
        }
        override do_GET(): MaybePromise<void> {
          return this.send_response_full('let in')
        }
      }
      const answer = await heard(Closed, GET)
      expect(answer).toMatch(/^HTTP\/1\.1 401 /)
      expect(answer).not.toContain('let in')
    })

    it('of a request that is answered already runs no verb', async () => {
      class Answered extends RequestHandler {
        override parse_request(): MaybePromise<boolean> {
          return later(async () => {
            await super.parse_request()
            await this.send_response_full('answered')
            return false
          })
        }
        override do_GET(): MaybePromise<void> {
          return this.send_response_full('verb')
        }
      }
      const answer = await heard(Answered, GET)
      expect(answer).toContain('answered')
      expect(answer).not.toContain('verb')
    })
  })
}
