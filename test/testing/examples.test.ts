/** The examples of the test kit, run as they stand there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WireClient } from '../../src/testing/index.js'
import { ROOT } from '../docs/support/documents.js'
import { PackageFolder } from '../docs/support/package-folder.js'

const packages = new PackageFolder()
afterAll(() => packages.remove())

describe.each([['test-a-truncated-body.mjs'], ['test-a-retry.mjs']])('%s', (name) => {
  it('passes', async () => {
    await using program = packages.example(name)
    const { status } = await program.ended
    expect({ status, output: program.output }).toMatchObject({
      status: 0,
      output: expect.stringMatching(/^(?:#|ℹ) pass 1$/m) as string,
    })
  })

  it('takes less than ten lines for its test', () => {
    const text = readFileSync(join(ROOT, 'examples', name), 'utf8')
    const [, body = ''] = /^test\(.*\{\n([\s\S]*?)^\}\)$/m.exec(text) ?? []
    expect(body.split('\n').length).toBeLessThan(10)
  })
})

describe('misbehave.mjs', () => {
  it('does the same for the same seed', async () => {
    const runs = [1, 2].map(async () => {
      await using program = packages.example('misbehave.mjs', { args: ['5'] })
      await program.says(/^randomFaults\(\{ seed: 5 \}\) at http:\/\/127\.0\.0\.1:8080$/m)
      for (const target of ['/a', '/b']) {
        using client = await WireClient.connect({ port: await program.port() })
        await client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
        await program.says(new RegExp(`to ${target}: .+$`, 'm'))
      }
      return program.output
    })
    const [first, second] = await Promise.all(runs)
    expect(first?.match(/^response [01] to /gm)).toHaveLength(2)
    expect(second).toBe(first)
  })
})
