// What does a client make of a body in chunks whose last chunk never comes? Run it with: node --test
import assert from 'node:assert'
import { test } from 'node:test'
import { RequestHandler } from 'advancedhttpserver'
import { Faults, startServer } from 'advancedhttpserver/testing'

class Report extends RequestHandler {
  do_GET() {
    return this.send_response_full('the whole report')
  }
}

test('fetch does not take a truncated body for a whole one', async (t) => {
  const server = await startServer(Report, { faults: [Faults.missingLastChunk()] })
  t.after(() => server.close())
  const response = await fetch(server.url)
  await assert.rejects(response.text(), TypeError)
})
