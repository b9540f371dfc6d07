// Functions that other programs call; rpc-calculator-client.mjs is one of them.
//
//   node examples/rpc-calculator.mjs
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

class CalculatorHandler extends RequestHandler {
  on_init() {
    this.rpc_handler_map['/add'] = this.rpc_add
    this.rpc_handler_map['/divide'] = this.rpc_divide
    this.rpc_handler_map['/factorial'] = this.rpc_factorial
  }

  /** @param {number[]} numbers */
  rpc_add(...numbers) {
    return numbers.reduce((sum, number) => sum + number, 0)
  }

  /** @param {number} dividend @param {number} divisor */
  rpc_divide(dividend, divisor = 1, { digits = 3 } = {}) {
    if (divisor === 0) throw new RangeError('division by zero')
    return Number((dividend / divisor).toFixed(digits))
  }

  /** Beyond 2^53 the answer is a bigint. @param {number} number */
  rpc_factorial(number) {
    let product = 1n
    for (let factor = 2n; factor <= number; factor += 1n) product *= factor
    return product
  }
}

const server = new AdvancedHTTPServer(CalculatorHandler, { addresses: [['127.0.0.1', 8080]] })
await server.listen()
