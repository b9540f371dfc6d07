/** The house plan, held against the import lines of the source: who may know whom. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SOURCE = resolve(import.meta.dirname, '../src')

interface Import {
  readonly from: string
  readonly to: string
  /** `import type` or `export type`: gone after compilation. */
  readonly typeOnly: boolean
}

/** Rooms a room may import values of; `types` are rooms it may name in types only. */
const RULES: Record<string, { values: readonly string[]; types?: readonly string[]; node: RegExp }> = {
  http: { values: [], node: /^node:buffer$/ },
  logging: { values: [], node: /./ },
  tls: { values: [], node: /./ },
  net: { values: ['http'], types: ['handler/connection'], node: /./ },
  rpc: { values: ['http', 'types'], node: /./ },
  websocket: { values: ['http', 'types'], types: ['handler', 'logging'], node: /./ },
  handler: {
    values: ['http', 'logging', 'rpc', 'types'],
    types: ['websocket'],
    node: /^node:(?!net$|tls$|http$|https$)/,
  },
  settings: { values: [], node: /./ },
  server: {
    values: ['http', 'net', 'tls', 'handler', 'rpc', 'websocket', 'logging', 'settings', 'version'],
    node: /./,
  },
}

describe('the rooms of the source', () => {
  const imports = filesBelow(SOURCE).flatMap(importsOf)

  for (const [room, rule] of Object.entries(RULES)) {
    it(`${room} imports nothing beyond what the plan allows it`, () => {
      const offences = imports.filter((line) => roomOf(line.from) === room && !isAllowed(line, room, rule))
      expect(offences.map((line) => `${line.from} imports ${line.to}`)).toEqual([])
    })
  }

  it('only the llhttp room of http knows the package that carries llhttp', () => {
    const offences = imports.filter(({ from, to }) => /undici/.test(to) && from !== 'http/llhttp/wasm')
    expect(offences).toEqual([])
  })

  it('nothing inside imports the entry points', () => {
    const offences = imports.filter(({ from, to }) => to === 'index' && !/^(cli|testing)\//.test(from))
    expect(offences).toEqual([])
  })

  it('no file imports itself in a circle of values', () => {
    expect(circlesOf(imports.filter((line) => !line.typeOnly))).toEqual([])
  })
})

function isAllowed(line: Import, room: string, rule: (typeof RULES)[string]): boolean {
  if (line.to === 'node:module' && line.from === 'http/llhttp/wasm') return true
  if (line.to.startsWith('node:')) return rule.node.test(line.to)
  if (line.to.startsWith('package:')) return room !== 'http' || line.from === 'http/llhttp/wasm'
  const target = roomOf(line.to)
  if (target === room || rule.values.includes(target)) return true
  const named = rule.types ?? []
  return line.typeOnly && (named.includes(target) || named.includes(line.to))
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8')
  const lines = source.matchAll(/^(import|export)\s+(type\s)?([^'"]*?)\sfrom\s+'([^']+)'/gm)
  const imports = Array.from(lines, ([, , type, names, specifier]) => ({
    from: moduleName(file),
    to: targetOf(file, specifier as string),
    typeOnly: type !== undefined || onlyTypes(names as string),
  }))
  // What few programs need is loaded on first use.
  const loads = Array.from(source.matchAll(/\b(?:require|getBuiltinModule)\('([^']+)'\)/g), ([, specifier]) => ({
    from: moduleName(file),
    to: targetOf(file, specifier as string),
    typeOnly: false,
  }))
  return [...imports, ...loads]
}

/** `{ type A, type B }`: every name is a type. */
function onlyTypes(names: string): boolean {
  const listed = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1]
  if (listed === undefined) return false
  return listed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name.startsWith('type '))
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return specifier.startsWith('.') ? moduleName(resolve(dirname(file), specifier)) : `package:${specifier}`
}

function moduleName(file: string): string {
  return relative(SOURCE, file)
    .replaceAll('\\', '/')
    .replace(/\.(ts|js)$/, '')
}

function roomOf(module: string): string {
  return module.split('/')[0] as string
}

function circlesOf(imports: readonly Import[]): string[] {
  const targets = groupTargets(imports)
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (module: string, path: readonly string[]): void => {
    if (path.includes(module)) {
      circles.push([...path.slice(path.indexOf(module)), module].join(' → '))
      return
    }
    if (done.has(module)) return
    for (const target of targets.get(module) ?? []) visit(target, [...path, module])
    done.add(module)
  }
  for (const module of targets.keys()) visit(module, [])
  return circles
}

function groupTargets(imports: readonly Import[]): Map<string, string[]> {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  return targets
}
