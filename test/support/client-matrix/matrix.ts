/** Runs scenarios against clients: a server for each scenario, each client once, a few scenarios at a time. */
import { startServer } from '../../../src/testing/index.js'
import { ask, type Client, type Verdict } from './clients.js'
import { BODY, handlerFor, type Scenario } from './scenarios.js'

export interface Row {
  readonly scenario: Scenario
  /** By the client's name. */
  readonly verdicts: ReadonlyMap<string, Verdict>
}

/** Scenarios under way at once: most of the time they wait. */
const AT_ONCE = 3

export async function runMatrix(scenarios: readonly Scenario[], clients: readonly Client[]): Promise<Row[]> {
  const rows: Row[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let place = next++; place < scenarios.length; place = next++) {
      rows[place] = await runScenario(scenarios[place] as Scenario, clients)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return rows
}

async function runScenario(scenario: Scenario, clients: readonly Client[]): Promise<Row> {
  const { faults, delimiter, tls } = scenario
  await using server = await startServer(handlerFor(delimiter), { faults, tls })
  const asked = clients.map(async (client) => [client.name, await ask(client, `${server.url}/`, BODY)] as const)
  return { scenario, verdicts: new Map(await Promise.all(asked)) }
}

/** Whether a client did nothing wrong. */
export function isSound({ sound }: Scenario, { outcome }: Verdict): boolean {
  return sound.includes(outcome)
}
