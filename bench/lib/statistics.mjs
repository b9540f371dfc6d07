// Medians and ranges of a handful of rounds; no claim beyond them.
export function summary(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

export function shown({ median: middle, least, most }, digits) {
  return `${grouped(middle, digits)} (${grouped(least, digits)}–${grouped(most, digits)})`
}

/** The value below which `part` of the sorted values lie. */
export function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function grouped(value, digits) {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
