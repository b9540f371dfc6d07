import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LogFileSystem, RotatingLogFile } from '../../src/logging/rotating-log-file.js'
import { runPython } from '../support/python.js'

let directory: string
let path: string
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'rotating-log-'))
  path = join(directory, 'x.log')
})
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }))

/** Every file of a folder with its content. */
function contents(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder).toSorted()
  return Object.fromEntries(names.map((name) => [name, fs.readFileSync(join(folder, name), 'latin1')]))
}

function diskFull(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
}

/** The real file system, with the writes that `fail` names failing after some octets. */
function failing(fail: (attempt: number) => number | null): LogFileSystem {
  let attempt = 0
  return {
    ...fs,
    writeSync(descriptor, octets, offset) {
      const room = fail(++attempt)
      if (room === null) return fs.writeSync(descriptor, octets, offset)
      if (room === 0) throw diskFull()
      return fs.writeSync(descriptor, octets, offset, room)
    },
  }
}

const tellLoss = (count: number) => `${count} lost`

describe('RotatingLogFile', () => {
  it('rolls over before a record would take the file to its size', () => {
    const log = new RotatingLogFile(path, { max_bytes: 10, backup_count: 2 })
    log.write('1234')
    log.write('567')
    expect(contents(directory)).toEqual({ 'x.log': '1234\n567\n' })
    log.write('8')
    log.write('abcdefg')
    log.write('hijk')
    expect(contents(directory)).toEqual({ 'x.log': 'hijk\n', 'x.log.1': 'abcdefg\n', 'x.log.2': '8\n' })
    log.close()
  })

  it('appends to a file that is there and counts what it holds', () => {
    fs.writeFileSync(path, '12345678\n')
    const log = new RotatingLogFile(path, { max_bytes: 10, backup_count: 1 })
    log.write('new')
    log.close()
    expect(contents(directory)).toEqual({ 'x.log': 'new\n', 'x.log.1': '12345678\n' })
  })

  it('does not roll over an empty file for a record longer than the size', () => {
    const log = new RotatingLogFile(path, { max_bytes: 10, backup_count: 1 })
    log.write('a record that is longer')
    log.close()
    expect(contents(directory)).toEqual({ 'x.log': 'a record that is longer\n' })
  })

  it('never rolls over without a size or without backups', () => {
    for (const options of [{ max_bytes: 0 }, { max_bytes: 5, backup_count: 0 }]) {
      const log = new RotatingLogFile(path, options)
      log.write('123456789')
      log.close()
    }
    expect(contents(directory)).toEqual({ 'x.log': '123456789\n123456789\n' })
  })

  it('has the defaults of the Python command: 262,144 bytes and five backups', () => {
    const log = new RotatingLogFile(path)
    const record = 'x'.repeat(65_535)
    for (let count = 0; count < 40; count++) log.write(record)
    log.close()
    const sizes = fs
      .readdirSync(directory)
      .toSorted()
      .map((name) => [name, fs.statSync(join(directory, name)).size])
    const rolled = ['x.log.1', 'x.log.2', 'x.log.3', 'x.log.4', 'x.log.5'].map((name) => [name, 196_608])
    expect(sizes).toEqual([['x.log', 65_536], ...rolled])
  })

  it('leaves the same files as RotatingFileHandler of Python', (context) => {
    const record = fc.string({ unit: 'grapheme-ascii', minLength: 0, maxLength: 60 })
    const runs = fc.sample(
      fc.record({
        max_bytes: fc.integer({ min: 70, max: 200 }),
        backup_count: fc.integer({ min: 1, max: 4 }),
        records: fc.array(record, { maxLength: 40 }),
      }),
      { numRuns: 60, seed: 11 },
    )
    const inPython = join(directory, 'python')
    runs.forEach((_, index) => {
      fs.mkdirSync(join(inPython, String(index)), { recursive: true })
      fs.mkdirSync(join(directory, 'node', String(index)), { recursive: true })
    })
    const ran = runPython(
      context,
      `import json, logging.handlers, os, sys
folder, runs = json.load(sys.stdin)
for index, run in enumerate(runs):
    handler = logging.handlers.RotatingFileHandler(
        os.path.join(folder, str(index), 'x.log'), maxBytes=run['max_bytes'], backupCount=run['backup_count'])
    for text in run['records']:
        handler.emit(logging.LogRecord('x', 20, '', 0, text.replace('%', '%%'), (), None))
    handler.close()
json.dump(True, sys.stdout)`,
      [inPython, runs],
    )
    expect(ran).toBe(true)
    runs.forEach(({ records, ...options }, index) => {
      const folder = join(directory, 'node', String(index))
      const log = new RotatingLogFile(join(folder, 'x.log'), options)
      for (const text of records) log.write(text.replaceAll('%', '%%'))
      log.close()
      expect(contents(folder)).toEqual(contents(join(inPython, String(index))))
    })
  })
})

describe('RotatingLogFile on a disk that fails', () => {
  it('drops what the device has no room for, counts it, and does not throw', (context) => {
    if (!fs.existsSync('/dev/full')) context.skip('this system has no /dev/full')
    const log = new RotatingLogFile('/dev/full')
    log.write('one')
    log.write('two')
    expect(log.dropped).toBe(2)
    log.close()
    log.write('after the end')
    expect(log.dropped).toBe(2)
  })

  it('asks the disk again after the pause, and says how many records were lost', () => {
    let now = 1_000
    let asked = 0
    const fileSystem = failing((attempt) => {
      asked = attempt
      return attempt <= 2 ? 0 : null
    })
    const log = new RotatingLogFile(path, { fileSystem, lossNote: tellLoss, retry_ms: 100, now: () => now })
    log.write('one')
    log.write('two')
    expect([asked, log.dropped]).toEqual([1, 2])
    now += 100
    log.write('three')
    expect([asked, log.dropped]).toEqual([2, 3])
    now += 100
    log.write('four')
    log.write('five')
    expect([asked, log.dropped]).toEqual([4, 3])
    log.close()
    expect(contents(directory)).toEqual({ 'x.log': '3 lost\nfour\nfive\n' })
  })

  it('begins a new line after a record that was cut', () => {
    const room = [null, 3, 0, 0, null]
    const fileSystem = failing((attempt) => room[attempt - 1] ?? null)
    const log = new RotatingLogFile(path, { fileSystem, retry_ms: 0, now: () => 0 })
    for (const record of ['one', 'cut here', 'lost', 'four']) log.write(record)
    log.close()
    expect(log.dropped).toBe(2)
    expect(contents(directory)).toEqual({ 'x.log': 'one\ncut\nfour\n' })
  })

  it('goes on with a rollover that failed amid it, and loses no file', () => {
    let refusing = true
    const renameSync = (from: string, to: string) => {
      if (refusing && from.endsWith('.1')) throw diskFull()
      fs.renameSync(from, to)
    }
    const log = new RotatingLogFile(path, {
      max_bytes: 5,
      backup_count: 3,
      retry_ms: 0,
      now: () => 0,
      fileSystem: { ...fs, renameSync },
    })
    for (const record of ['one', 'two', 'three']) log.write(record)
    expect(log.dropped).toBe(1)
    refusing = false
    log.write('four')
    log.close()
    expect(contents(directory)).toEqual({ 'x.log': 'four\n', 'x.log.1': 'two\n', 'x.log.2': 'one\n' })
  })

  it('throws when it cannot be opened to begin with', () => {
    expect(() => new RotatingLogFile(join(directory, 'absent', 'x.log'))).toThrow(/ENOENT/)
  })
})
