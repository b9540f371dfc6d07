/** The machinery behind the tables of docs/break-a-client.md, tried on a few rows, and whether the page is up to date. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Faults } from '../../src/testing/index.js'
import { CLIENTS } from '../support/client-matrix/clients.js'
import { isSound, runMatrix } from '../support/client-matrix/matrix.js'
import { BODY, type Scenario, SCENARIOS } from '../support/client-matrix/scenarios.js'
import { faultTable, matrixTable, scenarioCell, withSection } from '../support/client-matrix/tables.js'

const PAGE = readFileSync(new URL('../../docs/break-a-client.md', import.meta.url), 'utf8')

describe('docs/break-a-client.md', () => {
  it('lists the faults as they are: node scripts/client-matrix.mjs --faults', () => {
    expect(withSection(PAGE, 'faults', faultTable())).toBe(PAGE)
  })

  it('shows what clients do of every fault: node scripts/client-matrix.mjs', () => {
    for (const scenario of SCENARIOS) expect(PAGE).toContain(`\n| ${scenarioCell(scenario)} | `)
    const tried = new Set(SCENARIOS.flatMap(({ faults }) => faults.map(({ name }) => name)))
    const untried = Object.keys(Faults).filter((name) => !tried.has(name))
    expect(untried).toEqual(['webSocketFrame'])
  })
})

describe('the clients', () => {
  it('tell success, error and their own time limits apart', async () => {
    for (const { name, version } of CLIENTS) {
      if (version === null) console.warn(`skipped, it is not on this machine: ${name}`)
    }
    const clients = CLIENTS.filter(({ version }) => version !== null)
    const faults = [Faults.cutAfter(), Faults.reset(), Faults.pauseAt({ at: 0 }), Faults.wrongContentLength({ by: -1 })]
    const scenarios = faults.map((fault): Scenario => ({ faults: [fault], delimiter: 'length', tls: false, sound: [] }))
    const rows = await runMatrix(scenarios, clients)
    for (const { name } of clients) {
      const outcomes = rows.map(({ verdicts }) => verdicts.get(name)?.outcome)
      expect([name, ...outcomes.slice(0, 3)]).toEqual([name, 'whole', 'error', 'timeout'])
      expect(outcomes[3]).not.toBe('whole')
    }
  })
})

describe('the table', () => {
  it('shows in bold what no sound client does', () => {
    const scenario: Scenario = {
      faults: [Faults.drip({ octets: 1, ms: 2 })],
      delimiter: 'close',
      tls: true,
      sound: ['whole'],
    }
    const [a, b, c] = CLIENTS.slice(0, 3).map((client) => ({ ...client, version: '1' }))
    if (!a || !b || !c) throw new Error('there are not enough clients')
    const verdicts = new Map([
      [a.name, { outcome: 'whole', detail: '' }],
      [b.name, { outcome: 'other', detail: BODY.slice(3) }],
      [c.name, { outcome: 'error', detail: 'no | route\nto 127.0.0.1:4711' }],
    ] as const)
    expect(matrixTable([{ scenario, verdicts }], [a, b, c])).toBe(
      [
        `| fault | ${a.name} 1 | ${b.name} 1 | ${c.name} 1 |`,
        '| --- | --- | --- | --- |',
        '| `drip({ octets: 1, ms: 2 })` (TLS, no length) | whole body | **success, with 17 octets** | **error: no \\| route to the server** |',
        '',
      ].join('\n'),
    )
    expect(isSound(scenario, { outcome: 'whole', detail: '' })).toBe(true)
  })

  it('stands between comments that name it', () => {
    const document = 'a\n<!-- x: generated -->\nold\n<!-- end of x -->\nb\n'
    const written = 'a\n<!-- x: generated -->\n\nnew\n\n<!-- end of x -->\nb\n'
    expect(withSection(document, 'x', 'new\n')).toBe(written)
    expect(withSection(written, 'x', 'new\n')).toBe(written)
    expect(() => withSection(document, 'y', '')).toThrow('there is no section y')
  })
})
