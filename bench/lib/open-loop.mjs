// Open-loop load: requests become due at a fixed rate, whether or not the server keeps up. A latency counts from the moment
// a request was due, not from when a connection was free to send it, so that a stall is seen by all who had to wait for it
// (no coordinated omission).
import { once } from 'node:events'
import { AnswerCheck, learnAnswer } from './answer.mjs'
import { openSocket } from './open-socket.mjs'
import { quantile } from './statistics.mjs'

/** @returns Requests answered, seconds taken, and `p50` and `p99` of the latency in milliseconds. */
export async function openLoop({ connections, rate, durationMs, ...task }) {
  const answer = await learnAnswer(task)
  const latencies = []
  const client = await openConnections(connections, { task, answer, latencies })
  const startedAt = performance.now()
  await arrivals(client, { rate, durationMs, task, latencies })
  const seconds = (performance.now() - startedAt) / 1000
  latencies.sort((a, b) => a - b)
  return { requests: latencies.length, seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }
}

async function openConnections(count, { task, answer, latencies }) {
  const client = { free: [], sockets: [], failure: null }
  const fail = (error) => (client.failure ??= error)
  for (let number = 0; number < count; number += 1) {
    client.sockets.push(openOne({ task, answer, latencies, free: client.free, fail }))
  }
  await Promise.all(client.sockets.map((socket) => once(socket, 'connect')))
  return client
}

function openOne({ task, answer, latencies, free, fail }) {
  const check = new AnswerCheck(answer)
  const connection = { dueAt: 0, socket: null }
  const take = (buffer, length) => {
    if (check.take(buffer, length) === 0) return
    latencies.push(performance.now() - connection.dueAt)
    free.push(connection)
  }
  connection.socket = openSocket(task, take, fail)
  connection.socket.on('close', () => fail(new Error('the server closed a connection')))
  free.push(connection)
  return connection.socket
}

async function arrivals(client, { rate, durationMs, task, latencies }) {
  const waiting = []
  const intervalMs = 1000 / rate
  const total = Math.max(1, Math.floor(durationMs / intervalMs))
  const startedAt = performance.now()
  let arrived = 0
  // Spins on its own core: timers would be late by up to a millisecond, which is what is to be measured.
  while (latencies.length < total) {
    const now = performance.now()
    for (; arrived < total && startedAt + arrived * intervalMs <= now; arrived += 1) {
      waiting.push(startedAt + arrived * intervalMs)
    }
    while (waiting.length > 0 && client.free.length > 0) sendOn(client.free.pop(), waiting.shift(), task)
    await nextTurn()
    if (client.failure !== null) throw client.failure
  }
  for (const socket of client.sockets) socket.removeAllListeners('close').destroy()
}

function nextTurn() {
  return new Promise(setImmediate)
}

function sendOn(connection, dueAt, task) {
  connection.dueAt = dueAt
  task.send(connection.socket)
}
