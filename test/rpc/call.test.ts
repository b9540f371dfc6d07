import { runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { ArgumentError, bindArguments } from '../../src/rpc/call.js'
import { type Callee, signatureOf } from '../../src/rpc/parameters.js'

/** What lands where: calls with the arguments bound. */
function call(callee: Callee, args: unknown[], keywords: Record<string, unknown> = {}): unknown {
  return Reflect.apply(callee, undefined, bindArguments(callee, args, keywords))
}

function complaint(callee: Callee, args: unknown[], keywords: Record<string, unknown> = {}): string {
  try {
    call(callee, args, keywords)
  } catch (error) {
    if (error instanceof ArgumentError) return error.message
    throw error
  }
  return 'no complaint'
}

function add(a: number, b = 10, c = 100): number[] {
  return [a, b, c]
}

function collect(first: unknown, ...others: unknown[]): unknown[] {
  return [first, others]
}

function options(
  a: unknown,
  { kwarg1 = null, kwarg2 = 'two' }: { kwarg1?: unknown; kwarg2?: unknown } = {},
): unknown[] {
  return [a, kwarg1, kwarg2]
}

function anyOptions(a: unknown, { known = 1, ...others }: Record<string, unknown> = {}): unknown[] {
  return [a, known, { ...others }]
}

describe('binding by names', () => {
  test('positional arguments come first, keywords go to their parameter, defaults fill the rest', () => {
    expect(call(add, [1])).toEqual([1, 10, 100])
    expect(call(add, [1, 2])).toEqual([1, 2, 100])
    expect(call(add, [1], { c: 3 })).toEqual([1, 10, 3])
    expect(call(add, [], { c: 3, a: 1 })).toEqual([1, 10, 3])
    expect(call(add, [null])).toEqual([null, 10, 100])
  })

  test('a rest parameter takes what is left of the positional arguments', () => {
    expect(call(collect, [1, 2, 3])).toEqual([1, [2, 3]])
    expect(call(collect, [], { first: 1 })).toEqual([1, []])
    expect(complaint(collect, [1], { others: [] })).toMatch('unexpected')
  })

  test('a trailing object pattern with a default takes the keywords that it names', () => {
    expect(call(options, [1])).toEqual([1, null, 'two'])
    expect(call(options, [1], { kwarg2: 2 })).toEqual([1, null, 2])
    expect(call(options, [], { kwarg1: 5, a: 1 })).toEqual([1, 5, 'two'])
    expect(complaint(options, [1], { kwarg3: 1 })).toMatch("unexpected keyword argument 'kwarg3'")
    expect(complaint(options, [1, {}])).toMatch('takes 1 positional argument but 2 were given')
  })

  test('a trailing object pattern with a rest of its own takes every keyword', () => {
    expect(call(anyOptions, [1], JSON.parse('{"x": 2, "known": 3}') as Record<string, unknown>)).toEqual([
      1,
      3,
      { x: 2 },
    ])
    const bound = bindArguments(anyOptions, [1], JSON.parse('{"__proto__": 2}') as Record<string, unknown>)
    expect(Object.keys(bound[1] as object)).toEqual(['__proto__'])
  })

  test('an object pattern without a default takes a positional argument apart', () => {
    expect(call(point, [{ x: 1, y: 2 }])).toBe(3)
    expect(complaint(point, [], { x: 1 })).toMatch('unexpected')
  })

  test('keywords may come as a Map, as long as its keys are texts', () => {
    expect(bindArguments(add, [1], new Map([['b', 2]]))).toEqual([1, 2])
    expect(() => bindArguments(add, [1], new Map([[2, 2]]))).toThrow('keywords must be strings')
  })
})

describe("Python's complaints", () => {
  test.each([
    ['a missing argument', add, [], {}, "add() missing 1 required positional argument: 'a'"],
    ['an argument too many', add, [1, 2, 3, 4], {}, 'add() takes from 1 to 3 positional arguments but 4 were given'],
    ['an argument given twice', add, [1], { a: 2 }, "add() got multiple values for argument 'a'"],
    ['a name that is not there', add, [1], { d: 2 }, "add() got an unexpected keyword argument 'd'"],
    [
      'a name that objects inherit',
      add,
      [1],
      { constructor: 2 },
      "add() got an unexpected keyword argument 'constructor'",
    ],
  ] as [string, Callee, unknown[], Record<string, unknown>, string][])('%s', (_title, callee, args, keywords, text) => {
    expect(complaint(callee, args, keywords)).toBe(text)
  })

  test('several missing arguments are all named', () => {
    const callee = { pair: (a: unknown, b: unknown) => [a, b] }.pair
    expect(complaint(callee, [])).toBe("pair() missing 2 required positional arguments: 'a', 'b'")
    expect(complaint(callee, [], { b: 1 })).toBe("pair() missing 1 required positional argument: 'a'")
  })

  test('the complaint is a TypeError with the name that the answer says', () => {
    expect(new ArgumentError('x')).toBeInstanceOf(TypeError)
    expect(new ArgumentError('x').name).toBe('builtins.TypeError')
  })
})

const COMPUTED = 'a name'

class Shapes extends Array {
  field = (a: unknown, b = 1) => [a, b]
  expression: Callee = function (a: unknown, b = 1) {
    return [a, b]
  }

  method(a: unknown, b = 1) {
    return [a, b]
  }
  async asyncMethod(a: unknown, b = 1) {
    return [a, b]
  }
  *generator(a: unknown, b = 1) {
    yield [a, b]
  }
  async(a: unknown, b = 1) {
    return [a, b]
  }
  'do_M-SEARCH'(a: unknown, b = 1) {
    return [a, b]
  }
  [COMPUTED](a: unknown, b = 1) {
    return [a, b]
  }
  usesSuper(a: unknown, b = 1) {
    return [super.length, a, b]
  }
  usesPrivate(a: unknown, b = 1) {
    return [#secret in this, this.#secret(a, b)]
  }
  #secret(a: unknown, b = 1) {
    return [a, b]
  }
  get secret(): Callee {
    // oxlint-disable-next-line typescript/unbound-method -- only its text is of interest
    return this.#secret
  }
  static fixed(a: unknown, b = 1) {
    return [a, b]
  }
}

const prototype = Shapes.prototype as unknown as Record<string, Callee>
const methods = Object.getOwnPropertyNames(Shapes.prototype).filter((name) => !['constructor', 'secret'].includes(name))
const shapes: [string, Callee][] = [
  ...methods.map((name): [string, Callee] => [name, prototype[name] as Callee]),
  ['a static method', (Shapes as unknown as Record<string, Callee>)['fixed'] as Callee],
  ['a private method', new Shapes().secret],
  ['an arrow function', new Shapes().field],
  ['a function expression', new Shapes().expression],
  ['an async arrow function', async (a: unknown, b = 1) => [a, b]],
  // biome-ignore format: the comments are what is tested
  ['a function with comments', (/* first, */ a: unknown, // } a comment
    b = ((x = 1) => x)(/* , c */)) => [a, b]],
]

/** A function that no compiler has touched. */
function fromText(text: string): Callee {
  return runInThisContext(`(${text})`) as Callee
}

function point({ x, y }: { x: number; y: number }): number {
  return x + y
}

describe('reading the parameters', () => {
  test.each(shapes)('%s', (_title, callee) => {
    expect(signatureOf(callee)).toEqual({
      positional: [
        { name: 'a', required: true },
        { name: 'b', required: false },
      ],
      rest: false,
      keywords: null,
    })
  })

  test('patterns have no names, the keys of a trailing one are the names', () => {
    const callee = fromText("function ([a], { b }, { c: d = 1, 'e-f': g = 2, h } = {}) {}")
    expect(signatureOf(callee)).toEqual({
      positional: [
        { name: null, required: true },
        { name: null, required: true },
      ],
      rest: false,
      keywords: new Set(['c', 'e-f', 'h']),
    })
  })

  test('a function without a text takes positional arguments only', () => {
    for (const callee of [Math.max, add.bind(null), Shapes, new Proxy(add, {})]) expect(signatureOf(callee)).toBeNull()
    expect(call(Math.max, [1, 3, 2])).toBe(3)
    expect(complaint(Math.max, [1], { a: 1 })).toBe('max() takes no keyword arguments')
  })

  test('declared parameters take precedence over those in the source', () => {
    expect(complaint(fromText('(e, n) => [e, n]'), [1], { b: 2 })).toMatch('unexpected')
    const declared = Object.assign(fromText('(e, n) => [e, n]'), { rpc_parameters: 'a, b = 10' })
    expect(call(declared, [1], { b: 2 })).toEqual([1, 2])
    expect(call(declared, [1])).toEqual([1, undefined])
    const bound: Callee = Object.assign(add.bind(null), { rpc_parameters: 'a, b = 10, c = 100 // as in add' })
    expect(call(bound, [1], { c: 3 })).toEqual([1, 10, 3])
  })

  test('a declaration that is no parameter list is reported as such', () => {
    for (const rpc_parameters of ['a,,b', 'a) => 0, (b', '1', '...a, b']) {
      expect(() => signatureOf(Object.assign(() => 0, { rpc_parameters }))).toThrow(SyntaxError)
    }
  })

  test('a function is read once', () => {
    expect(signatureOf(add)).toBe(signatureOf(add))
  })
})
