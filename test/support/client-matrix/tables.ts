/** The tables of docs/break-a-client.md, and how they get into it: each stands between two comments that name it. */
import { FAULT_TABLE, type FaultRow } from '../../../src/testing/index.js'
import { escapeOctets } from '../../../src/testing/octets.js'
import { type Client, LIMIT_SECONDS, type Verdict } from './clients.js'
import { isSound, type Row } from './matrix.js'
import { BODY, type Scenario } from './scenarios.js'

const LONGEST_ERROR = 70

/** The text with what is between the comments of this name replaced. @throws Error when it has no such comments. */
export function withSection(document: string, name: string, section: string): string {
  const [begin, end] = [`<!-- ${name}: generated -->\n`, `<!-- end of ${name} -->`]
  const from = document.indexOf(begin)
  const to = document.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`there is no section ${name}`)
  return `${document.slice(0, from)}${begin}\n${section}\n${document.slice(to)}`
}

export function faultTable(): string {
  const rows = FAULT_TABLE.map((fault) => [
    `\`${fault.name}\``,
    fault.does,
    fault.parameters.map(parameterCell).join('<br>'),
  ])
  return markdownTable(['fault', 'what it does', 'parameters: default, kind, meaning'], rows)
}

function parameterCell({ name, default: standard, kind, meaning }: FaultRow['parameters'][number]): string {
  return `\`${name}: ${standard}\` (${kind}) ${meaning}`
}

export function matrixTable(rows: readonly Row[], clients: readonly Client[]): string {
  const header = ['fault', ...clients.map(({ name, version }) => `${name} ${version ?? ''}`)]
  const cells = rows.map(({ scenario, verdicts }) => [
    scenarioCell(scenario),
    ...clients.map(({ name }) => verdictCell(scenario, verdicts.get(name))),
  ])
  return markdownTable(header, cells)
}

/** The fault as a program would write it, and what else is not as usual. */
export function scenarioCell({ faults, delimiter, tls }: Scenario): string {
  const shown = faults.map((fault) => `\`${String(fault)}\``).join(', ')
  const remarks = [tls ? 'TLS' : '', delimiter === 'close' ? 'no length' : '', delimiter === 'chunks' ? 'chunked' : '']
  const told = remarks.filter((remark) => remark !== '').join(', ')
  return told === '' ? shown : `${shown} (${told})`
}

function verdictCell(scenario: Scenario, verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'not run'
  const told = verdictText(verdict)
  return isSound(scenario, verdict) ? told : `**${told}**`
}

function verdictText({ outcome, detail }: Verdict): string {
  switch (outcome) {
    case 'whole':
      return 'whole body'
    case 'other':
      return detail.length === BODY.length ? 'success, with another body' : `success, with ${detail.length} octets`
    case 'error':
      return `error: ${abbreviated(detail)}`
    case 'timeout':
      return 'its time limit'
    default:
      return `hangs beyond its limit of ${LIMIT_SECONDS} s`
  }
}

function abbreviated(text: string): string {
  const line = escapeOctets(
    text
      .replaceAll(/127\.0\.0\.1:\d+/g, 'the server')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )
  return line.length <= LONGEST_ERROR ? line : `${line.slice(0, LONGEST_ERROR - 1)}…`
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map(escapeCell).join(' | ')} |\n`).join('')
}

function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|')
}
