/** Deviations in files, redirects to directories, and listings. */
import type { Answer, Exchange } from '../support/replay.js'
import type { DeviationTable } from './deviations.js'
import { alternative, notFound, recordingWith, response, responses } from './expectations.js'

export const fileDeviations: DeviationTable = {
  'file-trailing-slash': responses(notFound('close')),
  'symlink-escape': responses(notFound('close')),
  'redirect-relative': alternative('redirect-absolute'),
  'redirect-unquoted': alternative('redirect-absolute-quoted'),
  'redirect-encode-error': responses(
    'HTTP/1.1 301 Moved Permanently\r\nServer: Rig/1.0\r\nDate: <DATE>\r\nConnection: close\r\nContent-Length: 0\r\n' +
      'Location: /%E4%B8%AD%E6%96%87/\r\n\r\n',
  ),
  'disposition-unquoted': recordingWith([['filename=a b&c<d>.txt', 'filename="a b&c<d>.txt"']]),
  'listing-double-unquote': recordingWith([
    ['pctAdir', 'pct%41dir'],
    ['Content-Length: 257', 'Content-Length: 261'],
  ]),
  'listing-undecodable-name': undecodableName,
}

/** Each octet of the name that is no text is encoded in the link, and shown as U+FFFD. */
function undecodableName({ steps }: Exchange): Answer[] {
  const isHead = steps[0]?.send.startsWith('HEAD ') ?? false
  const link = '<li><a href="bad%FF.txt">bad\xef\xbf\xbd.txt</a>\n'
  // Where the file system refuses such a name, the directory has no such file.
  return [link, ''].map((line) => {
    const page = listingWith(line)
    const listing = response('200 OK', 'close', page, 'text/html; charset=utf-8')
    return { receive: isHead ? listing.slice(0, -page.length) : listing, closed: true }
  })
}

function listingWith(line: string): string {
  return `<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html>
<title>Directory listing for badname</title>
<body>
<h2>Directory listing for badname</h2>
<hr>
<ul>
<li><a href="../">../</a>
${line}<li><a href="good.txt">good.txt</a>
</ul>
<hr>
</body>
</html>
`
}
