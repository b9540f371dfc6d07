/**
 * A server in Python, by its standard library alone, that answers remote calls: the verb RPC, JSON with and without zlib,
 * connections that persist. Its methods: `add(a, b)`, `echo(*args)`, `who()` (the Authorization field and the client's
 * port), `fail()`, `old(a)`, which is answered as the original does: no Content-Length, the connection closed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'vitest'

const PROGRAM = `
import http.server, json, sys, threading, zlib

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_RPC(self):
        data = self.rfile.read(int(self.headers['Content-Length']))
        packed = 'zlib' in self.headers['Content-Type']
        data = json.loads(zlib.decompress(data) if packed else data)
        args, kwargs = (data, {}) if isinstance(data, list) else (data['args'], data['kwargs'])
        name = self.path.split('/')[-1]
        try:
            reply = {'result': getattr(self, 'rpc_' + name)(*args, **kwargs), 'exception_occurred': False}
        except Exception as error:
            name_of = error.__class__.__module__ + '.' + error.__class__.__name__
            reply = {'result': None, 'exception_occurred': True, 'exception': {'name': name_of, 'message': str(error)}}
        reply = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header('Content-Type', self.headers['Content-Type'])
        if name == 'old':
            self.send_header('Connection', 'close')
        else:
            self.send_header('Content-Length', str(len(zlib.compress(reply) if packed else reply)))
        self.end_headers()
        self.wfile.write(zlib.compress(reply) if packed else reply)
    def rpc_add(self, a, b=10): return a + b
    def rpc_echo(self, *args): return args
    def rpc_who(self): return [self.headers['Authorization'], self.client_address[1]]
    def rpc_fail(self): raise ValueError('out of luck')
    def rpc_old(self, a): return a
    def log_message(self, *args): pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
`

export class PythonServer implements AsyncDisposable {
  private constructor(
    readonly port: number,
    readonly process: ChildProcess,
  ) {}

  /** Skips the test, aloud, on a machine without python3. */
  static async start(context: TestContext): Promise<PythonServer> {
    const python = spawn('python3', ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      await once(python, 'spawn')
    } catch {
      console.warn(`skipped, there is no python3 command: ${context.task.name}`)
      context.skip()
    }
    const [line] = (await once(createInterface(python.stdout), 'line')) as [string]
    return new PythonServer(Number(line), python)
  }

  get address(): [host: string, port: number] {
    return ['127.0.0.1', this.port]
  }

  /** The program ends with its input. */
  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.process, 'exit')
    this.process.stdin?.end()
    await exited
  }
}
