import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withCommands } from '../support/command.js'

const commands = withCommands()
let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'demo-'))
  writeFileSync(join(directory, 'page.txt'), 'a page\n')
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Where a demonstration on a free port can be reached. */
async function url(): Promise<string> {
  const port = await commands.run('demo', ['--port', '0'], { cwd: directory }).port()
  return `http://127.0.0.1:${port}`
}

describe('the demonstration', () => {
  it('says where it is and what can be asked, on this machine only', async () => {
    const command = commands.run('demo', [], { cwd: directory, environment: { PORT: '0' } })
    await command.says(/Ctrl-C stops it\./)
    expect(command.output).toMatch(/Local: {4}http:\/\/127\.0\.0\.1:\d+\/\n/)
    expect(command.output).not.toContain('Network:')
    expect(command.output).toContain('GET /hello-world ')
    expect(command.errors).toBe('')
  })

  it('takes the port from PORT unless an argument names it, and refuses one that is none', async () => {
    const refused = commands.run('demo', [], { environment: { PORT: 'http' } })
    expect((await refused.ended).status).toBe(2)
    expect(refused.errors).toContain("'http' is not a valid port")
    const command = commands.run('demo', ['--port', '0'], { environment: { PORT: '1' } })
    expect(await command.port()).not.toBe(1)
  })

  it('answers as the documentation says', async () => {
    const base = await url()
    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(base + path, { method, redirect: 'manual' })
      return [response.status, await response.text()]
    }
    expect(await ask('/hello-world')).toEqual([200, 'Hello World!\r\n\r\n'])
    expect(await ask('/query?id=42')).toEqual([200, 'id value: 42\n'])
    expect(await ask('/query')).toEqual([200, 'id value: \n'])
    expect((await ask('/redirect'))[0]).toBe(301)
    expect((await ask('/exception'))[0]).toBe(500)
    expect(await ask('/anything', 'PURGE')).toEqual([200, 'purged /anything\n'])
    expect((await ask('/anything', 'BREW'))[0]).toBe(501)
  })

  it('answers a remote call', async () => {
    const response = await fetch(`${await url()}/xor`, {
      method: 'RPC',
      headers: { 'Content-Type': 'application/json' },
      body: '[1, "abc"]',
    })
    expect(await response.json()).toMatchObject({ result: '`cb', exception_occurred: false })
  })

  it('serves the files of the current folder', async () => {
    expect(await (await fetch(`${await url()}/page.txt`)).text()).toBe('a page\n')
  })
})
