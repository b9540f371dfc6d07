/**
 * The documents of this repository as tests see them: their code blocks, with the names that comments give them. A block
 * that is run says so in a comment above it, which readers of the page do not see:
 *
 *   <!-- run: name -->        a program; some test starts it by this name
 *   <!-- session: name -->    `$ command` lines and what they print, while the program of that name runs
 *   <!-- file: name -->       a text that a test reads by this name
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface Block {
  /** Path of the document, from the root. */
  readonly document: string
  /** Line of the block's first line of code, counted from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
  /** What the comment above makes of it; null without one. */
  readonly use: 'run' | 'session' | 'file' | null
  /** Name in the comment; `''` without one. */
  readonly name: string
}

const FENCE = /^(?:<!-- (run|session|file): ([\w.-]+) -->\n\n?)?```(\w*)\n([\s\S]*?)^```$/gm

/** Paths of all documents, from the root. */
export function documents(): string[] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  const paths = [
    'README.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'examples/README.md',
    ...pages.map((name) => `docs/${name}`),
  ]
  return paths.filter((path) => existsSync(join(ROOT, path)))
}

export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export function blocksOf(document: string): Block[] {
  const text = readDocument(document)
  return Array.from(text.matchAll(FENCE), (match) => {
    const [all, use = null, name = '', language = '', code = ''] = match
    const line = text.slice(0, match.index + all.indexOf('```')).split('\n').length + 1
    return { document, line, language, code, use: use as Block['use'], name }
  })
}

export function allBlocks(): Block[] {
  return documents().flatMap(blocksOf)
}

/** The block of this use and name. @throws Error when there is none, or more than one. */
export function blockNamed(use: NonNullable<Block['use']>, name: string): Block {
  const found = allBlocks().filter((block) => block.use === use && block.name === name)
  if (found.length !== 1) throw new Error(`${found.length} blocks say <!-- ${use}: ${name} -->`)
  return found[0] as Block
}
