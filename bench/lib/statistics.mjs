// Medians and ranges of a handful of rounds; no claim beyond them.
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function summary(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

export function shown({ median: middle, least, most }, digits = 1) {
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`
}
