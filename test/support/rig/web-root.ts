/**
 * Creates the rig's fixture web root: names, contents and modification times that never change, so that recorded
 * answers about files can be compared octet for octet. One file lives beside the root, for the symbolic link that
 * leads out of it. Nothing here knows of HTTP.
 */
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Fri, 13 Feb 2009 23:31:30 GMT, in seconds since 1970. */
const EPOCH = 1_234_567_890

type Fixture = readonly [path: string, content: string | Buffer, modified: number]

const ROOT_FILES: readonly Fixture[] = [
  ['hello.txt', 'Hello, file!\n', EPOCH],
  ['page.html', '<!DOCTYPE html>\n<title>page</title>\n<p>A page.</p>\n', EPOCH + 1],
  ['binary.bin', Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)), EPOCH + 2],
  ['unknown.zzz', 'unknown extension\n', EPOCH + 3],
  ['noext', 'no extension\n', EPOCH + 4],
  ['empty.txt', '', EPOCH + 5],
  ['script.py', 'print("hello")\n', EPOCH + 6],
  ['source.c', 'int main(void) { return 0; }\n', EPOCH + 7],
  ['style.css', 'p { color: red }\n', EPOCH + 8],
  ['data.json', '{"a": 1}\n', EPOCH + 9],
  ['archive.tar.gz', 'not really gzip\n', EPOCH + 10],
  ['UPPER.TXT', 'upper\n', EPOCH + 11],
  ['Mixed.HtMl', '<p>mixed</p>\n', EPOCH + 12],
  ['.dotfile', 'dotfile\n', EPOCH + 13],
  // Last-Modified drops the fraction instead of rounding it up.
  ['fraction.txt', 'fractional mtime\n', 999_999_999.9],
  // 29 Feb 2000
  ['leap.txt', 'leap day\n', 951_782_400],
  ['big.txt', bigText(), EPOCH + 14],
  ['pixel.png', Buffer.from('\x89PNG\r\n\x1a\n\x00fake', 'latin1'), EPOCH + 15],
]

const DIRECTORY_FILES: readonly Fixture[] = [
  ['docs/guide.html', '<p>guide</p>\n', EPOCH + 20],
  ['docs/notes.txt', 'notes\n', EPOCH + 21],
  ['docs/sub/deep.txt', 'deep\n', EPOCH + 22],
  ['docs/sub/deeper/deepest.txt', 'deepest\n', EPOCH + 23],
  ['withindex/index.html', '<p>index.html</p>\n', EPOCH + 30],
  ['withindex/other.txt', 'other\n', EPOCH + 31],
  ['withhtm/index.htm', '<p>index.htm</p>\n', EPOCH + 32],
  ['both/index.htm', '<p>htm of both</p>\n', EPOCH + 33],
  ['both/index.html', '<p>html of both</p>\n', EPOCH + 34],
  ['.hiddendir/inside.txt', 'inside a hidden directory\n', EPOCH + 80],
  ['badname/good.txt', 'good\n', EPOCH + 81],
]

/** Names that have to be escaped in a page, encoded in a URL, or both. */
const ODD_NAMES: readonly Fixture[] = [
  ['names/a b&c<d>.txt', 'escaping\n', EPOCH + 40],
  ['names/quote\'s "double".txt', 'quotes\n', EPOCH + 41],
  ['names/100%.txt', 'percent\n', EPOCH + 42],
  ['names/%41.txt', 'literal percent escape\n', EPOCH + 43],
  ['names/#hash.txt', 'hash\n', EPOCH + 44],
  ['names/question?.txt', 'question\n', EPOCH + 45],
  ['names/semi;colon.txt', 'semicolon\n', EPOCH + 46],
  ['names/plus+equals=.txt', 'plus\n', EPOCH + 47],
  ['names/bang!(1)*~.txt', 'bang\n', EPOCH + 48],
  ['names/\u00fcml\u00e4ut.txt', 'umlaut\n', EPOCH + 49],
  ['names/back\\slash.txt', 'backslash\n', EPOCH + 50],
  ['sp ace/inside.txt', 'inside sp ace\n', EPOCH + 60],
  ['pct%41dir/inside.txt', 'inside pct%41dir\n', EPOCH + 61],
  ['\u4e2d\u6587/inside.txt', 'inside a non-latin-1 directory\n', EPOCH + 62],
]

/** Python sorts by code point; a sort by UTF-16 units would swap the first two. */
const SORTED_NAMES: readonly Fixture[] = [
  ['sort/\ufb00-ligature.txt', '1\n', EPOCH + 70],
  ['sort/\u{1f600}-emoji.txt', '2\n', EPOCH + 71],
  ['sort/Banana.txt', '3\n', EPOCH + 72],
  ['sort/apple.txt', '4\n', EPOCH + 73],
  ['sort/Cherry.txt', '5\n', EPOCH + 74],
  ['sort/_under.txt', '6\n', EPOCH + 75],
  ['sort/-dash.txt', '7\n', EPOCH + 76],
  ['sort/10.txt', '8\n', EPOCH + 77],
  ['sort/9.txt', '9\n', EPOCH + 78],
]

const EMPTY_DIRECTORIES = ['emptydir', 'links']

/** Link to its target as written. */
const LINKS: readonly (readonly [link: string, target: string])[] = [
  ['links/to-file.txt', '../docs/guide.html'],
  ['links/to-dir', '../docs'],
  ['links/dangling.txt', 'nowhere.txt'],
  ['links/outside.txt', '../../outside.txt'],
  ['links/absent-dir', 'no-such-directory/'],
]

/** Creates `target/root` and `target/outside.txt`; `target` must be empty. Gives the path of the root. */
export function makeWebRoot(target: string): string {
  const root = join(target, 'root')
  for (const name of EMPTY_DIRECTORIES) mkdirSync(join(root, name), { recursive: true })
  for (const [path, content, modified] of [...ROOT_FILES, ...DIRECTORY_FILES, ...ODD_NAMES, ...SORTED_NAMES]) {
    const place = join(root, ...path.split('/'))
    mkdirSync(dirname(place), { recursive: true })
    writeDated(place, content, modified)
  }
  for (const [link, linkTarget] of LINKS) symlinkSync(linkTarget, join(root, ...link.split('/')))
  writeDated(join(target, 'outside.txt'), 'outside of the root\n', EPOCH + 90)
  writeUndecodableName(root)
  return root
}

/** A name that is no valid UTF-8; left out where the file system refuses it. */
function writeUndecodableName(root: string): void {
  const place = Buffer.concat([Buffer.from(join(root, 'badname', 'bad')), Buffer.from([0xff]), Buffer.from('.txt')])
  try {
    writeDated(place, 'bad name\n', EPOCH + 91)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EILSEQ' && code !== 'EINVAL' && code !== 'ENOENT') throw error
  }
}

function writeDated(place: string | Buffer, content: string | Buffer, modified: number): void {
  writeFileSync(place, content)
  utimesSync(place, modified, modified)
}

function bigText(): string {
  const lines = Array.from({ length: 900 }, (_, index) => String(index + 1).padStart(5, '0'))
  return lines.map((number) => `line ${number} of the big fixture file, plain ASCII, all lines equally long\n`).join('')
}
