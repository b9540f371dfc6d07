// Closed-loop load on connections that stand before it begins: what opening them costs is not in the figures.
import { stayAwake } from './awake.mjs'
import { AnswerCheck, learnAnswer } from './answer.mjs'
import { inBatches } from './idle-connections.mjs'
import { openSocket } from './open-socket.mjs'

/**
 * @param task As for `closedLoop`: `port`, `send`, `accepts`.
 * @param begins Called when every connection has had an answer; the load proper waits for it.
 * @returns As `closedLoop`.
 */
export async function standingLoop({ connections, durationMs, ...task }, begins) {
  const answer = await learnAnswer(task)
  const standing = await inBatches(connections, () => openStanding(task, answer))
  const rest = stayAwake()
  try {
    await Promise.all(standing.map(({ ask }) => ask(0)))
    await begins()
    const startedAt = performance.now()
    const endsAt = startedAt + durationMs
    const counts = await Promise.all(standing.map(({ ask }) => ask(endsAt)))
    const requests = counts.reduce((sum, count) => sum + count, 0)
    return { requests, seconds: (performance.now() - startedAt) / 1000, octets: requests * answer.body.length }
  } finally {
    rest()
    for (const { socket } of standing) socket.destroy()
  }
}

function openStanding(task, answer) {
  return new Promise((resolve, reject) => {
    const check = new AnswerCheck(answer)
    let onAnswer
    let onFailure = reject
    const socket = openSocket(
      task,
      (buffer, length) => check.take(buffer, length) > 0 && onAnswer(),
      (error) => onFailure(error),
    )
    /** Asks again and again until then, at least once; gives how often. */
    const ask = (endsAt) =>
      new Promise((done, failed) => {
        let answered = 0
        onFailure = failed
        onAnswer = () => {
          answered += 1
          if (performance.now() >= endsAt) done(answered)
          else task.send(socket)
        }
        task.send(socket)
      })
    socket.on('connect', () => resolve({ socket, ask }))
    socket.on('close', () => onFailure(new Error('the server closed a connection')))
  })
}
