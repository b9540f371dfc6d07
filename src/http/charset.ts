/**
 * Text from octets and back, in the charsets that messages name. Strict both ways: what does not fit is an error, never a
 * replacement character. Python's spellings of the names are understood beside those of the WHATWG.
 */
import { Buffer, isUtf8 } from 'node:buffer'

/** A charset that is not known, octets that are no text in it, or text that it has no octets for. */
export class CharsetError extends Error {
  override readonly name = 'CharsetError'

  constructor(
    readonly code: 'UNKNOWN_CHARSET' | 'UNDECODABLE' | 'UNENCODABLE',
    readonly charset: string,
    message: string,
  ) {
    super(message)
  }
}

/** Both functions give undefined for what does not fit. */
interface Codec {
  decode(octets: Uint8Array): string | undefined
  /** Missing where we only read. */
  encode?(text: string): Buffer | undefined
}

const LONE_SURROGATE = /\p{Surrogate}/u
const BEYOND_LATIN1 = /[^\0-\xff]/
const BEYOND_ASCII = /[^\0-\x7f]/

/**
 * Characters of windows-1252 from 0x80 to 0x9f, U+FFFD for the undefined. Elsewhere it is latin-1, which is all that the TextDecoder of
 * Node 20 sees in it.
 */
const WINDOWS_1252_CHARACTERS = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ'

const UTF_8: Codec = {
  // TextDecoder makes an error, with a stack, of each body that is no text; bodies mostly are octets of some other kind.
  decode: (octets) => (beginsAsUtf8(octets) && isUtf8(octets) ? bufferOf(octets).toString() : undefined),
  encode: (text) => (LONE_SURROGATE.test(text) ? undefined : Buffer.from(text)),
}

/** Octets that are no text mostly show it soon, and looking at all of many costs. */
const LOOKED_AT_BYTES = 512

/** Whether the first octets may be those of UTF-8. */
function beginsAsUtf8(octets: Uint8Array): boolean {
  if (octets.length < 8 * LOOKED_AT_BYTES) return true
  let end = LOOKED_AT_BYTES
  // Not within a character, which has three further octets at most.
  while (end > LOOKED_AT_BYTES - 3 && ((octets[end] as number) & 0xc0) === 0x80) end--
  return isUtf8(octets.subarray(0, end))
}

const UTF_16LE: Required<Codec> = {
  decode: decodeAs('utf-16le'),
  encode: (text) => (LONE_SURROGATE.test(text) ? undefined : Buffer.from(text, 'utf16le')),
}

const UTF_16BE: Codec = { decode: decodeAs('utf-16be') }

/** A byte order mark tells the order and is no part of the text. */
const UTF_16: Codec = {
  decode: (octets) =>
    (octets[0] === 0xfe && octets[1] === 0xff ? UTF_16BE : UTF_16LE).decode(octets)?.replace(/^\ufeff/, ''),
  encode: (text) => UTF_16LE.encode(`\ufeff${text}`),
}

const LATIN_1: Codec = {
  decode: latin1Of,
  encode: (text) => (BEYOND_LATIN1.test(text) ? undefined : Buffer.from(text, 'latin1')),
}

const US_ASCII: Codec = {
  decode(octets) {
    const text = latin1Of(octets)
    return BEYOND_ASCII.test(text) ? undefined : text
  },
  encode: (text) => (BEYOND_ASCII.test(text) ? undefined : Buffer.from(text, 'latin1')),
}

const WINDOWS_1252: Codec = {
  decode(octets) {
    const text = latin1Of(octets).replaceAll(
      /[\x80-\x9f]/g,
      (character) => WINDOWS_1252_CHARACTERS[character.charCodeAt(0) - 0x80] as string,
    )
    return text.includes('\ufffd') ? undefined : text
  },
}

/** Names in lower case, with `-` for blanks and underscores, and one as it is mostly written. TextDecoder takes those of latin-1 and ASCII for windows-1252. */
const CODECS: ReadonlyMap<string, Codec> = new Map([
  ...named(UTF_8, ['UTF-8', 'utf-8', 'utf8', 'u8', 'unicode-1-1-utf-8']),
  ...named(UTF_16LE, ['utf-16le', 'utf-16-le']),
  ...named(UTF_16BE, ['utf-16be', 'utf-16-be']),
  ...named(UTF_16, ['utf-16', 'utf16', 'u16']),
  ...named(LATIN_1, [
    'latin-1',
    'latin1',
    'l1',
    'latin',
    'iso-8859-1',
    'iso8859-1',
    'iso88591',
    '8859',
    'cp819',
    'ibm819',
  ]),
  ...named(LATIN_1, ['iso-ir-100', 'csisolatin1', 'iso-8859-1:1987']),
  ...named(US_ASCII, ['us-ascii', 'ascii', 'us', '646', 'ansi-x3.4-1968', 'iso646-us', 'iso-ir-6', 'cp367']),
  ...named(WINDOWS_1252, ['windows-1252', 'cp1252', '1252', 'x-cp1252']),
])

/**
 * The text that octets are in a charset. A byte order mark stays part of it, except in `utf-16`, where it tells the order.
 *
 * @throws CharsetError `UNKNOWN_CHARSET`, or `UNDECODABLE` when they are no text in it.
 */
export function decodeText(octets: Uint8Array, charset: string): string {
  const text = codecOf(charset).decode(octets)
  if (text === undefined) throw new CharsetError('UNDECODABLE', charset, `the octets are no ${charset} text`)
  return text
}

/** As {@link decodeText}; null when they are no text in the charset, or nobody knows it. Cheap where that is no fault. */
export function textOrNull(octets: Uint8Array, charset: string): string | null {
  return findCodec(charset)?.decode(octets) ?? null
}

/**
 * The octets of a text in UTF-8, UTF-16, latin-1 or US-ASCII.
 *
 * @throws CharsetError `UNKNOWN_CHARSET`, or `UNENCODABLE` when it lacks a character of the text or can only be read.
 */
export function encodeText(text: string, charset: string): Buffer {
  const octets = codecOf(charset).encode?.(text)
  if (octets === undefined) throw new CharsetError('UNENCODABLE', charset, `the text can't be written in ${charset}`)
  return octets
}

/** @throws CharsetError `UNKNOWN_CHARSET`. */
function codecOf(charset: string): Codec {
  const codec = findCodec(charset)
  if (codec === null) throw new CharsetError('UNKNOWN_CHARSET', charset, `unknown charset ${JSON.stringify(charset)}`)
  return codec
}

/** Made anew for a charset that is not ours: peers choose the names, so none is kept. Null when nobody knows it. */
function findCodec(charset: string): Codec | null {
  const known = CODECS.get(charset)
  if (known !== undefined) return known
  const name = charset.trim().toLowerCase().replaceAll(/[_ ]/g, '-')
  const codec = CODECS.get(name)
  if (codec !== undefined) return codec
  for (const label of [charset, name]) {
    try {
      return { decode: decodeAs(label) }
    } catch {
      // Not a label of the WHATWG; the other spelling may be one.
    }
  }
  return null
}

/** @throws RangeError when TextDecoder does not know the label. */
function decodeAs(label: string): Codec['decode'] {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true })
  return (octets) => {
    try {
      return decoder.decode(octets)
    } catch {
      return undefined
    }
  }
}

/** The same octets as a Buffer, without a copy. */
function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}

function latin1Of(octets: Uint8Array): string {
  return bufferOf(octets).toString('latin1')
}

function named(codec: Codec, names: readonly string[]): [string, Codec][] {
  return names.map((name) => [name, codec])
}
