// Adds up a CPU profile by the parts of a server: which file a sample was taken in, or for what has none, who called it.

/** What a sample without a file of its own is; everything else that has none is its caller's. */
const BY_NAME = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'reading, and the event loop'],
  ['writeBuffer', 'writing'],
  ['writev', 'writing'],
  ['writeLatin1String', 'writing'],
])

/** Waiting costs nothing. */
const IDLE = '(idle)'

/** The first that fits is the part. */
const BY_FILE = [
  [/^wasm:/, "llhttp's WebAssembly"],
  [/\/dist\/http\//, 'src/http'],
  [/\/dist\/net\//, 'src/net'],
  [/\/dist\/handler\//, 'src/handler'],
  [/\/dist\/websocket\//, 'src/websocket'],
  [/\/dist\//, 'the other rooms'],
  [/\/node_modules\/ws\//, 'ws'],
  [/\/bench\/servers\//, "the program's handler"],
]

/** In the order of the table. */
export const PARTS = [
  'reading, and the event loop',
  'writing',
  'Node.js',
  "llhttp's WebAssembly",
  'src/http',
  'src/net',
  'src/handler',
  'src/websocket',
  'ws',
  'the other rooms',
  "the program's handler",
  'garbage collection',
]

/** @param profile As `Profiler.stop` of Node.js' inspector gives it. @returns Microseconds by part. */
export function timesByPart({ nodes, samples, timeDeltas }) {
  const parts = partsOf(nodes)
  const times = new Map()
  samples.forEach((id, index) => {
    const part = parts.get(id)
    if (part !== IDLE) times.set(part, (times.get(part) ?? 0) + timeDeltas[index])
  })
  return times
}

/** The part of each node, by its id. Parents come before their children. */
function partsOf(nodes) {
  const parts = new Map()
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  for (const { id, callFrame } of nodes) parts.set(id, partOf(callFrame) ?? parts.get(callers.get(id)) ?? 'Node.js')
  return parts
}

function partOf({ functionName, url }) {
  if (functionName === IDLE) return IDLE
  if (url === '') return BY_NAME.get(functionName)
  return BY_FILE.find(([pattern]) => pattern.test(url))?.[1] ?? 'Node.js'
}
