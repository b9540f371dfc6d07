// Closed-loop load: each connection asks again as soon as it has its answer. It costs less than what it measures, because
// it knows the answer beforehand and compares octets instead of parsing.
import { AnswerCheck, learnAnswer } from './answer.mjs'
import { stayAwake } from './awake.mjs'
import { openSocket } from './open-socket.mjs'

/** Each of these addresses has ports of its own to connect from. */
const LOCAL_ADDRESSES = process.platform === 'linux' ? 32 : 1

/**
 * @param task What is asked of `port`:
 *   `send(socket)` writes one request, or as many as `pipelined` says, and gives nothing or a promise;
 *   `sendOne` is it for a single request where requests are pipelined;
 *   `accepts` is the body of the right answer, `frame` a whole answer that has no head;
 *   `opening` is sent first on a connection, which is ready when the head that answers it has come;
 *   `perConnection` requests are sent on each connection, which the server ends then when `serverCloses`.
 * @returns Requests answered, seconds taken, octets of bodies that came. @throws when an answer is not the one expected.
 */
export async function closedLoop({ connections, durationMs, ...task }) {
  const answer = await learnAnswer(task)
  const rest = stayAwake()
  const startedAt = performance.now()
  const endsAt = startedAt + durationMs
  const asking = Array.from({ length: connections }, (_, index) =>
    askUntil(endsAt, { ...task, localAddress: address(index) }, answer),
  )
  const counts = await Promise.all(asking).finally(rest)
  const requests = counts.reduce((sum, count) => sum + count, 0)
  return { requests, seconds: (performance.now() - startedAt) / 1000, octets: requests * answer.body.length }
}

function address(index) {
  return `127.0.0.${1 + (index % LOCAL_ADDRESSES)}`
}

async function askUntil(endsAt, task, answer) {
  let answered = 0
  do answered += await useConnection(endsAt, task, answer)
  while (performance.now() < endsAt)
  return answered
}

function useConnection(endsAt, task, answer) {
  const { opening, pipelined = 1, perConnection = Infinity, serverCloses = false } = task
  return new Promise((resolve, reject) => {
    const check = new AnswerCheck(answer)
    let isOpen = opening === undefined
    let answered = 0
    let awaited = pipelined
    let finished = false
    const fail = (error) => {
      reject(error)
      socket.destroy()
    }
    const ask = () => {
      awaited = pipelined
      task.send(socket)?.catch(fail)
    }
    const take = (buffer, length) => {
      if (!isOpen) {
        expectSwitch(buffer.toString('latin1', 0, length))
        isOpen = true
        return ask()
      }
      const ended = check.take(buffer, length)
      if (ended === 0) return
      answered += ended
      awaited -= ended
      if (awaited < 0) throw new Error('more answers than requests')
      if (awaited === 0) proceed()
    }
    const proceed = () => {
      // A connection with a number of requests gets all of them: what the last ones cost is part of the question.
      const isOver = perConnection === Infinity ? performance.now() >= endsAt : answered >= perConnection
      if (!isOver) return ask()
      finished = true
      if (!serverCloses) socket.destroy()
    }
    const socket = openSocket(task, take, fail)
    socket.on('close', () => (finished ? resolve(answered) : reject(new Error('the server closed a connection'))))
    if (isOpen) ask()
    else socket.write(opening)
  })
}

function expectSwitch(head) {
  if (!head.startsWith('HTTP/1.1 101 ') || !head.endsWith('\r\n\r\n')) throw new Error(`not switched: ${head}`)
}
