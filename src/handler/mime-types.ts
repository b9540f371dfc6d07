/**
 * Which media type a file name's extension stands for. The table is a fixed one, so that a file has the same type on every
 * machine; the host's own `mime.types` files are read only when asked for. No file is looked into.
 */
import { readFileSync, statSync } from 'node:fs'

/** Media types by extension, dot included, lower case as a rule; `''` is for all that is not listed. Has no prototype. */
export type ExtensionsMap = Record<string, string>

/** `knownfiles` of Python's `mimetypes`. */
const KNOWN_FILES = [
  '/etc/mime.types',
  '/etc/httpd/mime.types',
  '/etc/httpd/conf/mime.types',
  '/etc/apache/mime.types',
  '/etc/apache2/mime.types',
  '/usr/local/etc/httpd/conf/mime.types',
  '/usr/local/lib/netscape/mime.types',
  '/usr/local/etc/mime.types',
]

/** What the original sets on top of Python's table, whatever that says. */
const OWN_TYPES = {
  '': 'application/octet-stream',
  '.py': 'text/plain',
  '.rb': 'text/plain',
  '.c': 'text/plain',
  '.h': 'text/plain',
}

/** `mimetypes.types_map` of Python 3.13 without any file of a host. */
const PYTHON_TYPES = {
  '.3g2': 'audio/3gpp2',
  '.3gp': 'audio/3gpp',
  '.3gpp': 'audio/3gpp',
  '.3gpp2': 'audio/3gpp2',
  '.a': 'application/octet-stream',
  '.aac': 'audio/aac',
  '.adts': 'audio/aac',
  '.ai': 'application/postscript',
  '.aif': 'audio/x-aiff',
  '.aifc': 'audio/x-aiff',
  '.aiff': 'audio/x-aiff',
  '.ass': 'audio/aac',
  '.au': 'audio/basic',
  '.avi': 'video/x-msvideo',
  '.avif': 'image/avif',
  '.bat': 'text/plain',
  '.bcpio': 'application/x-bcpio',
  '.bin': 'application/octet-stream',
  '.bmp': 'image/bmp',
  '.cdf': 'application/x-netcdf',
  '.cpio': 'application/x-cpio',
  '.csh': 'application/x-csh',
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.dll': 'application/octet-stream',
  '.doc': 'application/msword',
  '.dot': 'application/msword',
  '.dvi': 'application/x-dvi',
  '.eml': 'message/rfc822',
  '.eps': 'application/postscript',
  '.etx': 'text/x-setext',
  '.exe': 'application/octet-stream',
  '.gif': 'image/gif',
  '.gtar': 'application/x-gtar',
  '.h5': 'application/x-hdf5',
  '.hdf': 'application/x-hdf',
  '.heic': 'image/heic',
  '.heif': 'image/heif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.ico': 'image/vnd.microsoft.icon',
  '.ief': 'image/ief',
  '.jpe': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.ksh': 'text/plain',
  '.latex': 'application/x-latex',
  '.loas': 'audio/aac',
  '.m1v': 'video/mpeg',
  '.m3u': 'application/vnd.apple.mpegurl',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.man': 'application/x-troff-man',
  '.markdown': 'text/markdown',
  '.md': 'text/markdown',
  '.me': 'application/x-troff-me',
  '.mht': 'message/rfc822',
  '.mhtml': 'message/rfc822',
  '.mif': 'application/x-mif',
  '.mjs': 'text/javascript',
  '.mov': 'video/quicktime',
  '.movie': 'video/x-sgi-movie',
  '.mp2': 'audio/mpeg',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.mpa': 'video/mpeg',
  '.mpe': 'video/mpeg',
  '.mpeg': 'video/mpeg',
  '.mpg': 'video/mpeg',
  '.ms': 'application/x-troff-ms',
  '.n3': 'text/n3',
  '.nc': 'application/x-netcdf',
  '.nq': 'application/n-quads',
  '.nt': 'application/n-triples',
  '.nws': 'message/rfc822',
  '.o': 'application/octet-stream',
  '.obj': 'application/octet-stream',
  '.oda': 'application/oda',
  '.opus': 'audio/opus',
  '.p12': 'application/x-pkcs12',
  '.p7c': 'application/pkcs7-mime',
  '.pbm': 'image/x-portable-bitmap',
  '.pdf': 'application/pdf',
  '.pfx': 'application/x-pkcs12',
  '.pgm': 'image/x-portable-graymap',
  '.pl': 'text/plain',
  '.png': 'image/png',
  '.pnm': 'image/x-portable-anymap',
  '.pot': 'application/vnd.ms-powerpoint',
  '.ppa': 'application/vnd.ms-powerpoint',
  '.ppm': 'image/x-portable-pixmap',
  '.pps': 'application/vnd.ms-powerpoint',
  '.ppt': 'application/vnd.ms-powerpoint',
  '.ps': 'application/postscript',
  '.pwz': 'application/vnd.ms-powerpoint',
  '.pyc': 'application/x-python-code',
  '.pyo': 'application/x-python-code',
  '.qt': 'video/quicktime',
  '.ra': 'audio/x-pn-realaudio',
  '.ram': 'application/x-pn-realaudio',
  '.ras': 'image/x-cmu-raster',
  '.rdf': 'application/xml',
  '.rgb': 'image/x-rgb',
  '.roff': 'application/x-troff',
  '.rst': 'text/x-rst',
  '.rtf': 'text/rtf',
  '.rtx': 'text/richtext',
  '.sgm': 'text/x-sgml',
  '.sgml': 'text/x-sgml',
  '.sh': 'application/x-sh',
  '.shar': 'application/x-shar',
  '.snd': 'audio/basic',
  '.so': 'application/octet-stream',
  '.src': 'application/x-wais-source',
  '.srt': 'text/plain',
  '.sv4cpio': 'application/x-sv4cpio',
  '.sv4crc': 'application/x-sv4crc',
  '.svg': 'image/svg+xml',
  '.swf': 'application/x-shockwave-flash',
  '.t': 'application/x-troff',
  '.tar': 'application/x-tar',
  '.tcl': 'application/x-tcl',
  '.tex': 'application/x-tex',
  '.texi': 'application/x-texinfo',
  '.texinfo': 'application/x-texinfo',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.tr': 'application/x-troff',
  '.trig': 'application/trig',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.ustar': 'application/x-ustar',
  '.vcf': 'text/x-vcard',
  '.vtt': 'text/vtt',
  '.wasm': 'application/wasm',
  '.wav': 'audio/x-wav',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.wiz': 'application/msword',
  '.wsdl': 'application/xml',
  '.xbm': 'image/x-xbitmap',
  '.xlb': 'application/vnd.ms-excel',
  '.xls': 'application/vnd.ms-excel',
  '.xml': 'text/xml',
  '.xpdl': 'application/xml',
  '.xpm': 'image/x-xpixmap',
  '.xsl': 'application/xml',
  '.xwd': 'image/x-xwindowdump',
  '.zip': 'application/zip',
}

/** A new table, to be changed at will. */
export function createExtensionsMap(): ExtensionsMap {
  return Object.assign(Object.create(null) as ExtensionsMap, PYTHON_TYPES, OWN_TYPES)
}

/**
 * The media type of a path, by the extension of its last segment: as it is written, else in lower case, else that of `''`.
 *
 * @remarks Source: `guess_mime_type` of AdvancedHTTPServer.
 */
export function guessMimeType(path: string, extensions: ExtensionsMap): string {
  const extension = extensionOf(path)
  return extensions[extension] ?? extensions[extension.toLowerCase()] ?? extensions[''] ?? 'application/octet-stream'
}

/**
 * Adds the types of the host's `mime.types` files to a table: those that Python knows of, then the given ones; later ones win. Files that
 * are not there are skipped.
 *
 * @remarks Source: `mimetypes.init`, after which the original sets its own few types again.
 */
export function mimetypes_init(extensions: ExtensionsMap, files: readonly string[] = []): void {
  for (const file of [...KNOWN_FILES, ...files]) {
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) addMimeTypes(extensions, readFileSync(file, 'utf8'))
  }
  Object.assign(extensions, OWN_TYPES)
}

/** Lines of a type and its extensions without dots, blanks between; a word that begins with `#` and all behind it is a comment. */
function addMimeTypes(extensions: ExtensionsMap, text: string): void {
  for (const line of text.split(/\r\n|\r|\n/)) {
    const words = line.split(/\s+/).filter((word) => word !== '')
    const comment = words.findIndex((word) => word.startsWith('#'))
    const [type, ...suffixes] = comment < 0 ? words : words.slice(0, comment)
    for (const suffix of suffixes) extensions[`.${suffix}`] = type as string
  }
}

/** `posixpath.splitext`: from the last dot of the last segment on; dots that begin a name begin no extension. */
function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return /[^.]/.test(name.slice(0, Math.max(dot, 0))) ? name.slice(dot) : ''
}
