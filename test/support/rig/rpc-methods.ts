/**
 * The rig's RPC methods. They take Python's operators over: what Python's `*` and `+` refuse is a TypeError here, and
 * errors have no message unless the reply is to show one. Patterns have no `$`: more text after them matches, too.
 */
import { Temporal } from 'temporal-polyfill'
import { FileResources } from './file-resources.js'
import { CustomError, RuntimeError } from './rpc-errors.js'

export class RpcMethods extends FileResources {
  override on_init(): void {
    super.on_init()
    for (const [pattern, name] of METHODS) this.rpc_handler_map[pattern] = this[name]
  }

  rpc_xor(key: unknown, data: unknown): string {
    if (typeof key !== 'number' || typeof data !== 'string') throw new TypeError()
    return Array.from(data, (character) => String.fromCodePoint((character.codePointAt(0) as number) ^ key)).join('')
  }

  rpc_double(value: unknown): unknown {
    if (typeof value === 'number') return value * 2
    if (typeof value === 'bigint') return value * 2n
    if (typeof value === 'string') return value + value
    if (Array.isArray(value)) return [...(value as unknown[]), ...(value as unknown[])]
    throw new TypeError()
  }

  rpc_add(a: unknown, b: unknown = 10): unknown {
    if (typeof a === 'number' && typeof b === 'number') return a + b
    if (isInteger(a) && isInteger(b)) return BigInt(a) + BigInt(b)
    if (typeof a === 'string' && typeof b === 'string') return a + b
    if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])]
    throw new TypeError()
  }

  rpc_throw(): never {
    throw new RuntimeError()
  }

  rpc_echo(...args: unknown[]): unknown[] {
    return args
  }

  rpc_kwargs(a: unknown, kw: unknown = null): unknown[] {
    return [a, kw]
  }

  rpc_none(): null {
    return null
  }

  rpc_datetime(): Temporal.PlainDateTime {
    return Temporal.PlainDateTime.from('2020-01-02T03:04:05.678901')
  }

  rpc_date(): Temporal.PlainDate {
    return Temporal.PlainDate.from('2020-01-02')
  }

  rpc_time(): Temporal.PlainTime {
    return Temporal.PlainTime.from('03:04:05.678901')
  }

  rpc_unserializable(): symbol {
    return Symbol('unserializable')
  }

  rpc_custom_error(): never {
    throw new CustomError('custom message')
  }

  rpc_where(): string[] {
    return [this.command, this.path]
  }
}

const METHODS = [
  ['/xor', 'rpc_xor'],
  ['/double', 'rpc_double'],
  ['/add', 'rpc_add'],
  ['/throw', 'rpc_throw'],
  ['/echo', 'rpc_echo'],
  ['/kwargs', 'rpc_kwargs'],
  ['/none', 'rpc_none'],
  ['/datetime', 'rpc_datetime'],
  ['/date', 'rpc_date'],
  ['/time', 'rpc_time'],
  ['/unserializable', 'rpc_unserializable'],
  ['/custom-error', 'rpc_custom_error'],
  ['^/where', 'rpc_where'],
] as const

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value)
}
