/** The rig as a program, as a replay in another language starts it: its line of ports, its end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadExchanges, recorded, replay } from '../support/replay.js'

const PROGRAM = fileURLToPath(new URL('../../scripts/rig.mjs', import.meta.url))

test('the rig prints its ports as one line of JSON, serves, and ends with its standard input', {
  timeout: 60_000,
}, async () => {
  const rig = spawn(process.execPath, [PROGRAM, '--only', 'plain,maps', '--until-eof'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(rig, 'exit')
  let printed = ''
  rig.stdout.setEncoding('utf8')
  rig.stdout.on('data', (piece: string) => {
    printed += piece
  })
  await once(rig.stdout, 'data')
  const ports = JSON.parse(printed) as Record<string, number>
  expect(Object.keys(ports)).toEqual(['plain', 'maps'])
  const [exchange] = loadExchanges('pipelining')
  if (exchange === undefined) throw new Error('no exchange was recorded')
  expect(await replay(exchange, ports['plain'] as number, recorded(exchange))).toBeNull()
  rig.stdin.end()
  expect(await ended).toEqual([0, null])
  expect(printed).toBe(`${JSON.stringify(ports)}\n`)
})
