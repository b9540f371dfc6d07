/** Makes an input smaller by leaving out ever smaller parts of it while what is left still does what it is wanted for. */

/**
 * The first octet stays: it picks settings.
 *
 * @param runs - How many candidates may be tried.
 */
export async function shrink(
  input: Buffer,
  runs: number,
  does: (candidate: Buffer) => Promise<boolean>,
): Promise<Buffer> {
  let smallest = input
  let left = runs
  for (let size = input.length >> 1; size >= 1; size >>= 1) {
    for (let from = 1; from < smallest.length && left > 0; left -= 1) {
      const candidate = Buffer.concat([smallest.subarray(0, from), smallest.subarray(from + size)])
      if (await does(candidate)) smallest = candidate
      else from += size
    }
  }
  return smallest
}
