/** The programs of "Exact wire control": what is on the wire is what the page shows. */
import { afterAll, expect, it } from 'vitest'
import { blockNamed } from './support/documents.js'
import { PackageFolder } from './support/package-folder.js'
import { bodyOf, talk } from './support/talk.js'

const packages = new PackageFolder()
afterAll(() => packages.remove())

/** A message as the page shows it: its lines end with CR LF on the wire, and the page's own last line end is none. */
function shown(name: string, lastLineEnds: boolean): string {
  const text = blockNamed('file', name).code.replace(/^Date: .*$/m, 'Date: <date>')
  return (lastLineEnds ? text : text.slice(0, -1)).replaceAll('\n', '\r\n')
}

it('each call puts into the head what the table says', async () => {
  await using program = packages.run('wire-head')
  const port = await program.port()
  const get = await talk(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect(get).toBe(shown('wire-head-get', false))
  const list = await talk(port, 'LIST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  expect(list).toBe(shown('wire-head-list', true))
})

it('chunks, trailers and interim responses are those the handler asked for', async () => {
  await using program = packages.run('wire-chunked')
  const response = await talk(await program.port(), 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect(response).toBe(shown('wire-chunked', true))
})

it('octets that are no HTTP go out as they are', async () => {
  await using program = packages.run('wire-raw')
  const response = await talk(await program.port(), 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect(response).toBe('HTP/1.1 2OO\nfolded: a\n b\n\n')
})

it('a detached stream begins with the octets behind the request', async () => {
  await using program = packages.run('wire-detach')
  const port = await program.port()
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly and late'
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'
  expect(await talk(port, request)).toBe(`${head}early and late`)
  expect(await bodyOf(port, 'GET', '/')).toBe('Resource Not Found\n')
})

it('a request is told as it was received', async () => {
  await using program = packages.run('wire-request')
  const request = 'any.TOKEN! /a%20b?c HTTP/1.1\r\nhOST: localhost\r\nx-A: 1\r\nX-a:  2 \r\n\r\n'
  const response = await talk(await program.port(), request)
  expect(response).toContain('\r\n\r\nany.TOKEN! /a%20b?c HTTP/1.1\nhOST: localhost\nx-A: 1\nX-a: 2\n')
})
