// What can be measured of a contender in a round: how it is headed in a table, how many digits mean something,
// and whether its ratio is worth a column.
export const MEASURES = {
  cpu: { title: 'CPU µs per request', digits: 1, compared: true },
  user: { title: 'user', digits: 1 },
  system: { title: 'system', digits: 1 },
  rate: { title: 'requests/s', digits: 0, compared: true },
  throughput: { title: 'MiB/s', digits: 0, compared: true },
  p50: { title: 'p50 in ms', digits: 2, compared: true },
  p99: { title: 'p99 in ms', digits: 2, compared: true },
  memory: { title: 'KiB per idle connection', digits: 1, compared: true },
  startUp: { title: 'ms from start to first answer', digits: 0, compared: true },
}
