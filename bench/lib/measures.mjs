// What can be measured of a contender in a round: how it is headed in a table, and how many digits mean something.
export const MEASURES = {
  cpu: { title: 'CPU µs per request', digits: 1 },
  rate: { title: 'requests/s', digits: 0 },
  throughput: { title: 'MiB/s', digits: 0 },
  handshakes: { title: 'handshakes/s', digits: 0 },
  p50: { title: 'p50 in ms', digits: 2 },
  p99: { title: 'p99 in ms', digits: 2 },
  memory: { title: 'KiB per idle connection', digits: 1 },
  startUp: { title: 'ms from start to first answer', digits: 0 },
}
