/** Deviations in files, redirects to directories, and listings. */
import type { Exchange, Rule } from '../support/replay.js'
import type { DeviationTable } from './deviations.js'
import { alternative, notFound, recordingWith, responses } from './expectations.js'

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

/** The name is linked octet by octet, or left out; either way the directory is listed. */
function undecodableName(exchange: Exchange): Rule {
  const isHead = exchange.steps[0]?.send.startsWith('HEAD ') ?? false
  return {
    closed: true,
    complaint: (received) => {
      const [head = '', body = ''] = received.split('\r\n\r\n')
      const length = Number(/\r\nContent-Length: (\d+)/.exec(head)?.[1])
      if (!head.startsWith('HTTP/1.1 200 OK\r\n')) return 'expected the listing'
      if (isHead) return body === '' && length > 0 ? null : 'expected a head without body'
      if (body.length !== length) return 'the length is wrong'
      const links = Array.from(body.matchAll(/<li><a href="([^"]*)">/g), ([, target]) => target)
      const expected = ['../', 'bad%FF.txt', 'good.txt']
      const complete = links.join() === expected.join()
      return complete || links.join() === '../,good.txt' ? null : `unexpected links: ${links.join(' ')}`
    },
  }
}
