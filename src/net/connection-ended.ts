/** What a writer hears that comes too late: the code is Node's own for a stream that takes nothing any more. */
export function connectionEnded(): Error {
  return Object.assign(new Error('the connection has ended'), { code: 'ERR_STREAM_DESTROYED' })
}
