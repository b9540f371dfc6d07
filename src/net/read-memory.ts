/**
 * What becomes of the memory that Node.js reads into: 64 KiB for each read of a socket, freed by the hundred whenever V8
 * collects, which it does at the latest when there are 32 MiB. By default glibc gives the system back what is free beyond
 * 128 KiB at the top of its heap, and then every page of the next reads costs a fault: up to half of what an upload costs.
 * It keeps twice the size of the largest mapped block that was ever freed (mallopt(3), M_MMAP_THRESHOLD), so one is freed,
 * which nobody has touched. Blocks up to that size then come from the heap, as they do in any process that has freed one.
 *
 * Where MALLOC_TRIM_THRESHOLD_ is set, glibc goes by that instead. Other allocators have no such threshold.
 */
import { Buffer } from 'node:buffer'

/** Half of what is free between two collections at most. */
const FREED_BYTES = 16_777_216

let isKept = false

/** Has the memory of reads kept from one collection to the next, in the whole process; does nothing when called again. */
export function keepReadMemory(): void {
  if (isKept) return
  isKept = true
  // Collected with other young objects, about when the first connections come.
  Buffer.allocUnsafeSlow(FREED_BYTES)
}
