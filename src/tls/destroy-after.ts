/** The one kind of time limit a handshake knows: a socket that is destroyed when the time is over. */
import type { Socket } from 'node:net'

/** Longest delay a Node timer keeps, in milliseconds; a longer one fires at once. */
export const MAX_TIMER_MS = 2_147_483_647

/** Destroys the socket after so many milliseconds unless it is called off; `Infinity` and its like mean never. */
export function destroyAfter(socket: Socket, delay_ms: number): { callOff(): void } {
  const timer = delay_ms > MAX_TIMER_MS ? undefined : setTimeout(() => socket.destroy(), delay_ms)
  return { callOff: () => clearTimeout(timer) }
}
