/** How an exchange says that nobody waits for its answer any more, to whoever listens and whenever they begin to. */
import { describe, expect, it } from 'vitest'
import { ExchangeSignal } from '../../src/net/exchange-signal.js'

function begun(): ExchangeSignal {
  const exchange = new ExchangeSignal()
  exchange.begin()
  return exchange
}

describe('the signal of an exchange', () => {
  it('is the same for all who look at it, and not aborted by itself', () => {
    const exchange = begun()
    expect(exchange.signal).toBe(exchange.signal)
    expect(exchange.signal.aborted).toBe(false)
  })

  it.each(['before', 'after'])('is aborted for the first reason, looked at %s that', (when) => {
    const exchange = begun()
    if (when === 'before') void exchange.signal
    exchange.abort(() => 'gone')
    exchange.abort(() => 'gone again')
    expect(exchange.signal.aborted).toBe(true)
    expect(exchange.signal.reason).toBe('gone')
  })

  it('asks for the reason only when somebody looks', () => {
    const exchange = begun()
    let asked = 0
    exchange.abort(() => (asked += 1))
    expect(asked).toBe(0)
    expect(exchange.signal.reason).toBe(1)
    expect(asked).toBe(1)
  })

  it('knows nothing of the exchange before', () => {
    const exchange = begun()
    const { signal } = exchange
    exchange.abort(() => 'gone')
    exchange.begin()
    expect(exchange.signal).not.toBe(signal)
    expect(exchange.signal.aborted).toBe(false)
  })

  it('is aborted when the time of the handler is over, and who waits for that hears of it', async () => {
    const exchange = begun()
    const overdue = exchange.overdue()
    exchange.handlerIsOverdue()
    await expect(overdue).rejects.toMatchObject({ name: 'TimeoutError', message: 'the handler took too long' })
    expect(exchange.signal.reason).toMatchObject({ name: 'TimeoutError' })
  })

  it('is aborted in time although nobody waits for that', () => {
    const exchange = begun()
    exchange.handlerIsOverdue()
    expect(exchange.signal.reason).toMatchObject({ name: 'TimeoutError' })
  })

  it('tells nobody of a handler that is late but done', async () => {
    const exchange = begun()
    const overdue = exchange.overdue()
    exchange.handlerIsDone()
    exchange.handlerIsOverdue()
    expect(await Promise.race([overdue, Promise.resolve('pending')])).toBe('pending')
  })
})
