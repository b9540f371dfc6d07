// A client that tries again, against a server that fails in two ways before it answers. Run it with: node --test
import assert from 'node:assert'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Script } from 'advancedhttpserver/testing'

/** The client under test: three tries, with as much patience between them as the server asks for. */
async function fetchWithRetries(url, tries = 3) {
  const response = await fetch(url).catch((error) => (tries > 1 ? null : Promise.reject(error)))
  if (response !== null && response.status !== 503) return response
  await delay(Number(response?.headers.get('Retry-After') ?? 0) * 1000)
  return fetchWithRetries(url, tries - 1)
}

test('the third try succeeds', async (t) => {
  const script = new Script()
    .reset({ expect: { target: '/job' } })
    .respond(503, { headers: { 'Retry-After': 0 } })
    .respond(200, { body: 'done', expect: { method: 'GET', target: '/job' } })
  const server = await script.serve()
  t.after(() => server.close())
  assert.equal(await (await fetchWithRetries(`${server.url}/job`)).text(), 'done')
  script.verify()
})
