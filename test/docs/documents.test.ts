/** What holds for all documents: links lead somewhere, paths exist, names are real, and nothing that is run is forgotten. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'
import * as library from '../../src/index.js'
import * as testing from '../../src/testing/index.js'
import { allBlocks, blockNamed, documents, readDocument, ROOT } from './support/documents.js'

/** Names and paths that Git is told to pass by, and its own. */
const IGNORED = new Set(['.git', ...(readFileSync(join(ROOT, '.gitignore'), 'utf8').match(/^[\w./-]+(?=\/$)/gm) ?? [])])

it('every link within the repository leads to a file and a heading that are there', () => {
  const broken = documents().flatMap((document) =>
    linksOf(document)
      .filter((link) => !leadsSomewhere(document, link))
      .map((link) => `${document}: ${link}`),
  )
  expect(broken).toEqual([])
})

it('every path of a file that is named exists', () => {
  const named = documents().flatMap((document) =>
    Array.from(
      proseOf(document).matchAll(/`((?:src|test|fuzz|bench|examples|scripts|docs)\/[\w./-]*)`/g),
      ([, path]) => ({
        document,
        path: path ?? '',
      }),
    ),
  )
  expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([])
})

it('every block that says it is run is named in a test, once', () => {
  const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(ROOT, 'test', name), 'utf8'))
  const named = allBlocks().filter(({ use }) => use !== null)
  expect(named.filter(({ name }) => !tests.some((text) => text.includes(`'${name}'`)))).toEqual([])
  const keys = named.map(({ use, name }) => `${use}: ${name}`)
  expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([])
})

it('the tree of folders is that of the repository: all of the sources, two levels of the rest', () => {
  expect(foldersShown()).toEqual(foldersThere())
})

it('every file of ours says in its first lines what it owns', () => {
  const files = ['src', 'fuzz', 'bench', 'scripts', 'examples', 'test/support'].flatMap((folder) =>
    filesBelow(folder).filter((name) => /\.m?[jt]s$/.test(name)),
  )
  const silent = files.filter((file) => !/^(?:#!.*\n)?\/[/*]/.test(readFileSync(join(ROOT, file), 'utf8')))
  expect(silent).toEqual([])
  expect(files.length).toBeGreaterThan(250)
})

it('every name in the tables of "Coming from Python" is there', () => {
  const rows = readDocument('docs/coming-from-python.md').matchAll(/^\| (`.+?) \| (.+?) \|/gm)
  const names = Array.from(rows, ([, python = '', here = '']) =>
    namesIn(here === 'the same' || here.startsWith('the same,') ? python : here),
  )
  const missing = names.flat().filter((name) => !isThere(name))
  expect(missing).toEqual([])
  expect(names.flat().length).toBeGreaterThan(100)
})

/** The text without its code blocks. */
function proseOf(document: string): string {
  return readDocument(document).replaceAll(/^```[\s\S]*?^```$/gm, '')
}

function linksOf(document: string): string[] {
  const links = Array.from(proseOf(document).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link ?? '')
  return links.filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path))
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || headingsOf(target).includes(anchor)
}

/** Anchors of a page's headings, as GitHub makes them. */
function headingsOf(document: string): string[] {
  const headings = proseOf(document).matchAll(/^#+ (.+)$/gm)
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function foldersShown(): string[] {
  const path: string[] = []
  return blockNamed('file', 'folders')
    .code.trimEnd()
    .split('\n')
    .map((line) => {
      const [, indent = '', name = ''] = /^( *)([\w.-]+)\//.exec(line) ?? []
      path.splice(indent.length / 2, Infinity, name)
      return path.join('/')
    })
}

function foldersThere(): string[] {
  return foldersBelow('').filter((folder) => folder.startsWith('src/') || folder.split('/').length <= 2)
}

function foldersBelow(folder: string): string[] {
  const folders = entriesOf(folder).filter((path) => statSync(join(ROOT, path)).isDirectory())
  return folders.flatMap((path) => [path, ...foldersBelow(path)])
}

function filesBelow(folder: string): string[] {
  return entriesOf(folder).flatMap((path) => (statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path]))
}

/** Paths of what is in a folder, without what is installed or built. */
function entriesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .toSorted()
    .map((name) => (folder === '' ? name : `${folder}/${name}`))
    .filter((path) => !IGNORED.has(path) && !IGNORED.has(path.slice(path.lastIndexOf('/') + 1)))
}

/** Identifiers in the code of a table cell, without their arguments. */
function namesIn(cell: string): string[] {
  const spans = Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code)
  return spans
    .map((code) => code.replace(/^(?:new|await) /, '').replace(/\(.*$/, ''))
    .map((name) => name.replace(/^(?:this|server|self)\./, '').replace(/^socketserver\.BaseServer\./, ''))
    .filter((name) => /^[A-Za-z_]\w*$/.test(name) && !NOT_OURS.has(name))
}

/** Values and types of the language in the tables. */
const NOT_OURS = new Set([
  'number',
  'bigint',
  'string',
  'boolean',
  'null',
  'Map',
  'Buffer',
  'Date',
  'PlainDate',
  'PlainTime',
  'md5',
  'plain',
  'Infinity',
  'close',
  'pwtype',
  'scrypt',
])

/** An export of the package, or a member of one of its classes, their instances included. */
function isThere(name: string): boolean {
  if (name in library || name in testing) return true
  const classes = [
    library.AdvancedHTTPServer,
    library.ServerThreaded,
    library.RequestHandler,
    library.WebSocketHandler,
    library.RPCClientCached,
  ]
  return classes.some((klass) => name in klass || name in klass.prototype) || INSTANCE_FIELDS.has(name)
}

/** Fields that only instances have, and the one hook that is a subclass's to write. */
const INSTANCE_FIELDS = new Set([
  ...['command', 'path', 'request_version', 'requestline', 'headers', 'client_address', 'close_connection', 'server'],
  ...['sub_servers', 'server_address', 'handler_map', 'rpc_handler_map', 'query_data', 'raw_query_data'],
  ...['basic_auth_user', 'headers_active', 'do_init', 'custom_authentication'],
])
