import { describe, expect, it } from 'vitest'
import { createLogger, type Logger, SILENT_LOGGER } from '../../src/logging/logger.js'

function sink(threshold: 'debug' | 'info' | 'warn' | 'error' | 'silent') {
  const lines: string[] = []
  return {
    threshold,
    format: ({ level, message }: { level: string; message: string }) => `${level} ${message}`,
    lines,
    write: (text: string) => void lines.push(text),
  }
}

function sayAll(logger: Logger): void {
  logger.debug('one')
  logger.info('two')
  logger.warn('three')
  logger.error('four')
}

describe('createLogger', () => {
  it('gives each sink what reaches its threshold', () => {
    const all = sink('debug')
    const some = sink('warn')
    const none = sink('silent')
    sayAll(createLogger([all, some, none]))
    expect(all.lines).toEqual(['debug one', 'info two', 'warn three', 'error four'])
    expect(some.lines).toEqual(['warn three', 'error four'])
    expect(none.lines).toEqual([])
  })

  it('formats nothing that nobody listens to', () => {
    let formatted = 0
    const logger = createLogger([{ threshold: 'error', format: () => String(++formatted), write: () => {} }])
    logger.debug('one')
    logger.warn('two')
    expect(formatted).toBe(0)
  })

  it('hands details and the time of its clock to the format', () => {
    const time = new Date(0)
    const records: unknown[] = []
    const format = (record: object) => {
      records.push(record)
      return ''
    }
    createLogger([{ threshold: 'debug', format, write: () => {} }], () => time).error('failed', 1, 'two')
    expect(records).toEqual([{ level: 'error', message: 'failed', details: [1, 'two'], time }])
  })
})

describe('the interface', () => {
  it('is satisfied by console', () => {
    const logger: Logger = console
    expect(logger).toBe(console)
  })

  it('is satisfied by the silent logger, which returns nothing and writes nothing', () => {
    expect(() => sayAll(SILENT_LOGGER)).not.toThrow()
  })
})
