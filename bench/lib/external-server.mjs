// Contenders that are no Node.js: Python's http.server and nginx. Their CPU time is what Linux has booked on the process.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onServerCore } from './cores.mjs'

/** Linux counts in 1/100 s towards programs, whatever its own tick. */
const MICROS_PER_TICK = 10_000

export const havePython = () => process.platform === 'linux' && spawnSync('python3', ['--version']).status === 0
export const haveNginx = () => process.platform === 'linux' && spawnSync('nginx', ['-v']).status === 0

export async function startPython() {
  const script = fileURLToPath(new URL('../servers/http_server.py', import.meta.url))
  // Pinning by a path to the interpreter itself: version managers put a shell script in between.
  const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim()
  const [command, parameters] = onServerCore(python, [script])
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  return processOn(Number(line.toString()), child)
}

/** Serves `root`, with a single process and without logs, out of the folder `scratch`. */
export async function startNginx(root, scratch) {
  const port = await freePort()
  const configuration = join(scratch, 'nginx.conf')
  writeFileSync(configuration, nginxConfiguration({ port, root, scratch }))
  const [command, parameters] = onServerCore('nginx', ['-p', scratch, '-e', 'stderr', '-c', configuration])
  const child = spawn(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'] })
  await untilReachable(port, child)
  return processOn(port, child)
}

function nginxConfiguration({ port, root, scratch }) {
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid ${join(scratch, 'nginx.pid')};
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
${bodies.map((name) => `  ${name}_temp_path ${join(scratch, name)};`).join('\n')}
  server {
    listen 127.0.0.1:${port};
    root ${root};
  }
}
`
}

function processOn(port, child) {
  const exited = once(child, 'exit')
  return {
    port,
    cpuUsage: async () => bookedTime(child.pid),
    async stop() {
      child.kill()
      await exited
    },
  }
}

/** User and system time, fields 14 and 15 of proc(5); the name in field 2 may hold anything but ends with `)`. */
function bookedTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { user: Number(fields[11]) * MICROS_PER_TICK, system: Number(fields[12]) * MICROS_PER_TICK }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilReachable(port, child) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended (${child.exitCode})`)
    const socket = connect(port, '127.0.0.1')
    const reached = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (reached) return
    await sleep(20)
  }
  throw new Error('nginx does not listen')
}
