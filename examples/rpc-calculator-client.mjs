// Calls the functions of rpc-calculator.mjs.
//
//   node examples/rpc-calculator-client.mjs
import { kwargs, RPCClient, RPCError } from 'advancedhttpserver'

const rpc = new RPCClient(['127.0.0.1', 8080], { timeout_ms: 10_000 })
console.log('1 + 2 + 3 =', await rpc('add', 1, 2, 3))
console.log('22 / 7 =', await rpc('divide', 22, kwargs({ divisor: 7, digits: 5 })))
console.log('25! =', await rpc('factorial', 25))
try {
  await rpc('divide', 1, 0)
} catch (error) {
  if (!(error instanceof RPCError)) throw error
  console.log('1 / 0 =', error.remote_exception?.message)
}
rpc.close()
