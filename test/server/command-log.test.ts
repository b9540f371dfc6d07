import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCommandLog } from '../../src/server/command-log.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'command-log-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const DEFAULTS = { log_level: 'INFO', log_file: null, log_format: 'python', quiet: false } as const
const ACCESS = {
  client: '192.0.2.7',
  user: null,
  requestLine: 'GET / HTTP/1.1',
  status: 200,
  size: '-',
  time: new Date(),
}

/** What the terminal shows of one record per level. */
function shown(options: Partial<Parameters<typeof openCommandLog>[0]>): string[] {
  const levels: string[] = []
  const { logger, close } = openCommandLog({ ...DEFAULTS, ...options }, (_, level) => void levels.push(level))
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('said')
  close()
  return levels
}

describe('openCommandLog', () => {
  it('shows what reaches the level', () => {
    expect(shown({})).toEqual(['info', 'warn', 'error'])
    expect(shown({ log_level: 'DEBUG' })).toEqual(['debug', 'info', 'warn', 'error'])
    expect(shown({ log_level: 'ERROR' })).toEqual(['error'])
    expect(shown({ log_level: 'CRITICAL' })).toEqual([])
  })

  it('shows warnings and errors only when quiet, and no more than the level lets through', () => {
    expect(shown({ quiet: true })).toEqual(['warn', 'error'])
    expect(shown({ quiet: true, log_level: 'DEBUG' })).toEqual(['warn', 'error'])
    expect(shown({ quiet: true, log_level: 'ERROR' })).toEqual(['error'])
  })

  it('writes everything to the file, whatever is shown', () => {
    const path = join(directory, 'x.log')
    expect(shown({ log_file: path, log_level: 'ERROR' })).toEqual(['error'])
    const levels = readFileSync(path, 'latin1').matchAll(/ AdvancedHTTPServer {13}(\w+) +said\n/g)
    expect(Array.from(levels, ([, level]) => level)).toEqual(['DEBUG', 'INFO', 'WARNING', 'ERROR'])
  })

  it('leaves requests to the library in the format of Python', () => {
    expect(openCommandLog(DEFAULTS, () => {}).access).toBeNull()
  })

  it('writes requests in their own format to all that hear of them', () => {
    const path = join(directory, 'access.log')
    const lines: string[] = []
    const options = { ...DEFAULTS, log_file: path, log_format: 'json' } as const
    const log = openCommandLog(options, (text) => void lines.push(text))
    log.access?.(ACCESS)
    log.logger.warn('said')
    log.close()
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { request: 'GET / HTTP/1.1', status: 200 },
      { level: 'warn', message: 'said' },
    ])
    expect(readFileSync(path, 'latin1')).toBe(lines.join(''))
    const quiet: string[] = []
    openCommandLog({ ...DEFAULTS, log_format: 'common', quiet: true }, (text) => void quiet.push(text)).access?.(ACCESS)
    expect(quiet).toEqual([])
  })

  it('throws when the file cannot be opened', () => {
    expect(() => openCommandLog({ ...DEFAULTS, log_file: join(directory, 'absent', 'x.log') }, () => {})).toThrow(
      'ENOENT',
    )
  })
})
