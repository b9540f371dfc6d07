/** WebSockets with clients of another make: Python's socket module, and a page in Chromium. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, type TestContext } from 'vitest'
import { RequestHandler, WebSocketHandler } from '../../src/index.js'
import { serve } from '../support/serve.js'

class Echo extends WebSocketHandler {
  override on_message_text(message: string): unknown {
    return this.send_message_text(message)
  }

  override on_message_binary(message: Buffer): unknown {
    return this.send_message_binary(message)
  }
}

/** Skips a test, aloud, on a machine without the command; gives the first of the names that there is. */
function needCommand(context: TestContext, ...names: string[]): string {
  const found = names.find((name) => spawnSync(name, ['--version']).status === 0)
  if (found !== undefined) return found
  console.warn(`skipped, there is no ${names.join(' or ')}: ${context.task.name}`)
  return context.skip()
}

const PYTHON_CLIENT = `
import socket, struct, sys

connection = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
stream = connection.makefile('rb')
connection.sendall(b'GET / HTTP/1.1\\r\\nHost: example\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n'
                   b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n')
print(stream.readline().decode().strip())
while stream.readline() != b'\\r\\n':
    pass

def send(opcode, payload):
    mask = b'\\x0a\\x0b\\x0c\\x0d'
    masked = bytes(octet ^ mask[place % 4] for place, octet in enumerate(payload))
    connection.sendall(struct.pack('>BBH', 0x80 | opcode, 0xfe, len(payload)) + mask + masked)

def receive():
    first, length = stream.read(2)
    return first, stream.read(struct.unpack('>H', stream.read(2))[0] if length == 126 else length)

send(1, 'caf\\u00e9'.encode())
print(receive())
send(2, bytes(range(256)))
print(receive() == (0x82, bytes(range(256))))
connection.sendall(b'\\x88\\x82\\x00\\x00\\x00\\x00\\x03\\xe8')
print(receive(), stream.read())
`

it("Python's socket module exchanges messages and closes", async (context) => {
  const python = needCommand(context, 'python3')
  class Handler extends RequestHandler {
    static override web_socket_handler: typeof RequestHandler.web_socket_handler = Echo
  }
  await using served = await serve(Handler)
  const client = spawn(python, ['-X', 'utf8', '-c', PYTHON_CLIENT, String(served.port)])
  let printed = ''
  client.stdout.on('data', (octets: Buffer) => (printed += octets.toString()))
  client.stderr.on('data', (octets: Buffer) => (printed += octets.toString()))
  await new Promise((resolve) => client.once('close', resolve))
  expect(printed.split(/\r?\n/)).toEqual([
    'HTTP/1.1 101 Switching Protocols',
    "(129, b'caf\\xc3\\xa9')",
    'True',
    "(136, b'\\x03\\xe8') b''",
    '',
  ])
})

/** Says two messages, closes, and posts what it heard. */
const PAGE = `<!doctype html><script>
const heard = []
const socket = new WebSocket('ws://' + location.host + '/', ['other', 'echo'])
socket.binaryType = 'arraybuffer'
socket.onopen = () => { heard.push(socket.protocol); socket.send('h\u00e9llo'); socket.send(new Uint8Array([0, 255])) }
socket.onmessage = ({ data }) => {
  heard.push(typeof data === 'string' ? data : Array.from(new Uint8Array(data)))
  if (heard.length === 3) socket.close(4001, 'done')
}
socket.onclose = ({ code, wasClean }) => {
  heard.push(code, wasClean)
  fetch('/heard', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ heard }) })
}
</script>`

it('a page in Chromium exchanges messages and closes', { timeout: 60_000 }, async (context) => {
  const chromium = needCommand(context, 'chromium', 'chromium-browser', 'google-chrome')
  let report!: (heard: unknown) => void
  const heard = new Promise((resolve) => {
    report = resolve
  })
  class EchoProtocol extends Echo {
    override select_protocol(offered: readonly string[]): string | null {
      return offered.includes('echo') ? 'echo' : null
    }
  }
  class Handler extends RequestHandler {
    static override web_socket_handler: typeof RequestHandler.web_socket_handler = EchoProtocol

    override on_init(): void {
      this.handler_map['^$'] = () => this.send_response_full(PAGE, 'text/html; charset=UTF-8')
      this.handler_map['^heard$'] = () => {
        report(this.query_data.get('heard')?.[0])
        return this.send_response_full('')
      }
    }
  }
  await using served = await serve(Handler)
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'))
  const browser = spawn(chromium, [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--no-first-run',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    `--user-data-dir=${profile}`,
    `http://127.0.0.1:${served.port}/`,
  ])
  const gone = new Promise((resolve) => browser.once('close', resolve))
  void gone.then(() => report('nothing: the browser has ended'))
  try {
    expect(await heard).toEqual(['echo', 'h\u00e9llo', [0, 255], 4001, true])
  } finally {
    browser.kill()
    await gone
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
})
