// Where figures were measured.
import { cpus, release } from 'node:os'

export function machine(pinned) {
  const cores = cpus()
  const where = pinned ? 'server and load on a core each' : 'cores not pinned'
  const model = (cores[0]?.model ?? 'unknown').trim()
  return `Node ${process.version}, ${cores.length} × ${model}, ${process.platform} ${release()}, ${where}`
}
