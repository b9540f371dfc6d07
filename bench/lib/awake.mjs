// Keeping the load's process running on its core.

/**
 * A load that sleeps between answers has to be woken by the server's system calls, at the server's cost, and the slower
 * server pays more often.
 *
 * @returns What lets the process sleep again.
 */
export function stayAwake() {
  let immediate
  const spin = () => (immediate = setImmediate(spin))
  spin()
  return () => clearImmediate(immediate)
}
