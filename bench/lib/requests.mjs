// The requests that several scenarios send.
export const HELLO = Buffer.from('Hello World!\r\n\r\n')

/** A GET with six fields as a browser sends them. */
export function browserGet(target, connection = 'keep-alive') {
  return Buffer.from(
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: ${connection}\r\n` +
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\n' +
      'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n' +
      'Accept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n',
  )
}

/** @param fields Whole lines, each with its CRLF. */
export function withBody(requestLine, fields, body) {
  return Buffer.concat([headBefore(requestLine, fields, body), body])
}

/** The head that goes in front of the body. @param fields As for `withBody`. */
export function headBefore(requestLine, fields, body) {
  return Buffer.from(
    `${requestLine} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n${fields}Content-Length: ${body.length}\r\n\r\n`,
  )
}
