// Sizes of the sources: node scripts/sizes.mjs [--markdown FILE]. Lines of files and functions, and how much of them is
// comment, as a row of the table in docs/architecture.md; with a file, its row is written anew.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import ts from 'typescript'

const SOURCE = fileURLToPath(new URL('../src', import.meta.url))

const { values } = parseArgs({ options: { markdown: { type: 'string' } } })

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => measure(readFileSync(join(SOURCE, name), 'utf8')))
const sizes = row(files)
console.log(sizes)
if (values.markdown !== undefined) renew(values.markdown, sizes)

function measure(text) {
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true)
  const [functions, comments, code] = [[], new Set(), new Set()]
  const visit = (node) => {
    if (isFunction(node)) functions.push(linesBetween(source, node.getStart(source), node.end).length)
    const children = node.getChildren(source).filter((child) => !ts.isJSDoc(child))
    children.forEach(visit)
    if (children.length > 0) return
    for (const line of linesBetween(source, node.getStart(source), node.end)) code.add(line)
    // Of a token: what stands in front of it.
    for (const { pos, end } of ts.getLeadingCommentRanges(text, node.pos) ?? []) {
      for (const line of linesBetween(source, pos, end)) comments.add(line)
    }
  }
  visit(source)
  return { lines: text.trimEnd().split('\n').length, functions, code: code.size, comments: comments.size }
}

/** Functions, methods, accessors and constructors with a body, and functions that a name is given to; no callbacks. */
function isFunction(node) {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    return ts.isVariableDeclaration(node.parent) || ts.isPropertyDeclaration(node.parent)
  }
  return ts.isFunctionLike(node) && node.body !== undefined
}

/** The lines that a stretch of text is on. Doc comments are none of a function's: a node starts behind them. */
function linesBetween(source, start, end) {
  const [first, last] = [start, end].map((place) => source.getLineAndCharacterOfPosition(place).line)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function row(measured) {
  const lines = measured.map((file) => file.lines).toSorted(ascending)
  const functions = measured.flatMap((file) => file.functions).toSorted(ascending)
  const share = sum(measured.map(({ comments }) => comments)) / sum(measured.map(({ code }) => code))
  const ofFiles = [lines.length, quantile(lines, 0.5), lines.at(-1)]
  const ofFunctions = [quantile(functions, 0.5), quantile(functions, 0.9), functions.at(-1)]
  return `| this library | ${ofFiles.join(' / ')} | ${ofFunctions.join(' / ')} | ${share.toFixed(2)} |`
}

function ascending(one, other) {
  return one - other
}

function quantile(sorted, share) {
  return sorted[Math.floor((sorted.length - 1) * share)]
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

function renew(file, line) {
  const text = readFileSync(file, 'utf8')
  const old = /^\| this library \|.*$/m
  if (!old.test(text)) throw new Error(`${file} has no row of this library`)
  writeFileSync(file, text.replace(old, line))
}
