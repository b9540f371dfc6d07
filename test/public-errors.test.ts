/** Every error that the package throws by a class of its own can be told by a stable code. */
import { describe, expect, it } from 'vitest'
import * as library from '../src/index.js'
import * as testing from '../src/testing/index.js'

const CLASSES: Readonly<Record<string, unknown>> = { ...library, ...testing }

const MADE = {
  RequestError: new library.RequestError('BAD_VERB', 'a'),
  HeaderError: new library.HeaderError('NOT_LATIN1', 'a'),
  ServerError: new library.ServerError('SHUT_DOWN', 'a', { cause: 'b' }),
  CertificateError: caught(
    () => new library.AdvancedHTTPServer(library.RequestHandler, { ssl_certfile: '/not/there' }),
  ),
  ConfigError: caught(() => library.build_server_from_config('[server]\nunknown = 1\n', 'server')),
  PatternError: caught(() => library.RegisterPath('(')),
  WebSocketClosedError: new library.WebSocketClosedError('a', { cause: 'b' }),
  RPCError: new library.RPCError('a', 404),
  RPCConnectionError: new library.RPCConnectionError('TIMEOUT', 'a'),
  RPCCacheError: caught(() => new library.RPCClientCached(['a', 1], { cache_db: '/not/there/at-all' })),
  SerializerError: caught(() => new library.Serializer('no/such')),
  WireError: new testing.WireError('TIMEOUT', 'a'),
  ScriptError: new testing.ScriptError(['a'], new testing.Script().transcript),
}

describe('the public errors', () => {
  it('are all tried here', () => {
    const classes = Object.entries(CLASSES).filter(
      ([, value]) => typeof value === 'function' && value.prototype instanceof Error,
    )
    expect(Object.keys(MADE).toSorted()).toEqual(classes.map(([name]) => name).toSorted())
  })

  it.each(Object.entries(MADE))('%s has its name and a code', (name, error) => {
    expect(error).toBeInstanceOf(CLASSES[name])
    expect(error).toMatchObject({ name, code: expect.stringMatching(/^[A-Z][A-Z_0-9]+$/) })
  })

  it('tell what led to them', () => {
    for (const name of ['CertificateError', 'PatternError', 'RPCCacheError'] as const) {
      expect((MADE[name] as Error).cause, name).toBeInstanceOf(Error)
    }
  })

  it('tell how a call was answered', () => {
    expect(MADE.RPCError.code).toBe('BAD_STATUS')
    expect(new library.RPCError('a', 200).code).toBe('BAD_ANSWER')
    expect(new library.RPCError('a', 200, { name: 'b', message: null }).code).toBe('REMOTE_EXCEPTION')
  })
})

function caught(step: () => unknown): unknown {
  try {
    return step()
  } catch (error) {
    return error
  }
}
