// Keep-alive connections that had one answer each and then only stay open.
import { AnswerCheck, learnAnswer } from './answer.mjs'
import { openSocket } from './open-socket.mjs'

/** More at once would overrun the server's backlog of connections to accept. */
const AT_ONCE = 100

/** @returns What closes them again. */
export async function openIdleConnections(task, count) {
  const answer = await learnAnswer(task)
  const sockets = await inBatches(count, () => openOne(task, answer))
  return async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise(setImmediate)
  }
}

/** @returns What `count` calls of `open` gave, not too many of them under way at once. */
export async function inBatches(count, open) {
  const opened = []
  while (opened.length < count) {
    const next = Math.min(AT_ONCE, count - opened.length)
    opened.push(...(await Promise.all(Array.from({ length: next }, open))))
  }
  return opened
}

function openOne(task, answer) {
  return new Promise((resolve, reject) => {
    const check = new AnswerCheck(answer)
    const take = (buffer, length) => {
      if (check.take(buffer, length) === 1) resolve(socket)
    }
    const socket = openSocket(task, take, reject)
    task.send(socket)
  })
}
