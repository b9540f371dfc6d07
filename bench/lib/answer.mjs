// What a right answer looks like, learned once and then held against every octet that arrives.
import { openSocket } from './open-socket.mjs'

const STATUS = Buffer.from('HTTP/1.1 200 ')

/**
 * Asks once, and judges that answer in full: status 200, a Content-Length that is true, a body that is the expected one.
 *
 * @param task `accepts` is the body as a Buffer, or a function that says whether a body is right.
 * @returns How long the head is and what the body is. @throws when the answer is not the one expected.
 */
export async function learnAnswer(task) {
  if (task.frame !== undefined) return { headLength: 0, body: task.frame }
  const answer = await ask(task)
  const headLength = answer.indexOf('\r\n\r\n') + 4
  const body = answer.subarray(headLength)
  const right = Buffer.isBuffer(task.accepts) ? body.equals(task.accepts) : task.accepts(body)
  if (!answer.subarray(0, STATUS.length).equals(STATUS) || !right) {
    throw new Error(`unexpected answer: ${answer.subarray(0, 2000).toString('latin1')}`)
  }
  return { headLength, body }
}

function ask(task) {
  return new Promise((resolve, reject) => {
    const chunks = []
    let received = 0
    let wanted = Number.NaN
    const take = (buffer, length) => {
      chunks.push(Buffer.from(buffer.subarray(0, length)))
      received += length
      if (Number.isNaN(wanted)) wanted = wholeLength(Buffer.concat(chunks))
      if (received > wanted) throw new Error('more octets than the Content-Length says')
      if (received < wanted || Number.isNaN(wanted)) return
      socket.destroy()
      resolve(Buffer.concat(chunks))
    }
    const socket = openSocket(task, take, reject)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    const send = task.sendOne ?? task.send
    send(socket)?.catch(reject)
  })
}

/** NaN as long as the head is not complete. */
function wholeLength(received) {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return Number.NaN
  const head = received.toString('latin1', 0, headEnd)
  const length = /^content-length: *([0-9]+)$/im.exec(head)
  if (length === null) throw new Error(`an answer without Content-Length: ${head}`)
  return headEnd + 4 + Number(length[1])
}

/** Follows the answers on one connection. */
export class AnswerCheck {
  #headLength
  #body
  #length
  #position = 0

  constructor({ headLength, body }) {
    this.#headLength = headLength
    this.#body = body
    this.#length = headLength + body.length
  }

  /** @returns how many answers ended within these octets. @throws when one is wrong. */
  take(buffer, length) {
    let ended = 0
    let from = 0
    while (from < length) {
      const count = Math.min(length - from, this.#length - this.#position)
      this.#compare(buffer, from, count)
      from += count
      this.#position += count
      if (this.#position < this.#length) continue
      this.#position = 0
      ended += 1
    }
    return ended
  }

  #compare(buffer, from, count) {
    if (this.#position === 0 && this.#headLength > 0 && count >= STATUS.length) {
      if (buffer.compare(STATUS, 0, STATUS.length, from, from + STATUS.length) !== 0) throw wrong(buffer, from, count)
    }
    const skipped = Math.max(0, this.#headLength - this.#position)
    if (skipped >= count) return
    const at = this.#position + skipped - this.#headLength
    const octets = count - skipped
    if (buffer.compare(this.#body, at, at + octets, from + skipped, from + count) !== 0)
      throw wrong(buffer, from, count)
  }
}

function wrong(buffer, from, count) {
  return new Error(`an answer was wrong: ${buffer.toString('latin1', from, from + Math.min(count, 500))}`)
}
