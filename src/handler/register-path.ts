/**
 * `RegisterPath`: functions and methods made known to handler classes before any server exists. The registry is the
 * process's; each new handler instance copies what concerns its class into its own maps.
 */
import type { AnyHandler, HandlerMap } from './handler-map.js'
import { compilePattern, patternKey } from './pattern.js'

/** A class of handlers, as far as registering for it is concerned. */
type HandlerClass = abstract new (...args: never[]) => object

interface Registration {
  readonly pattern: string
  readonly handler: AnyHandler
  readonly is_rpc: boolean
  /** Whether this registration is for instances of exactly this class. */
  concerns(klass: { readonly name: string; readonly prototype: unknown }): boolean
}

const registrations: Registration[] = []

/** What `RegisterPath` gives: usable on plain functions, and as decorator of methods in both forms TypeScript knows. */
export interface PathRegistrar {
  <F extends AnyHandler>(handler: F): F
  <F extends AnyHandler>(method: F, context: ClassMethodDecoratorContext): F
  (prototype: object, name: string | symbol, descriptor: PropertyDescriptor): void
}

/**
 * Registers a handler for a path.
 *
 * @param path - Pattern as a key of `handler_map`; a RegExp stands for its source and its flags.
 * @param handler - The handler class, or its name, whose instances get the path; all of them when left out.
 * @param is_rpc - The path is one of `rpc_handler_map`.
 * @returns A function that registers what it is given and gives it back unchanged, so that calls stack. As a decorator
 * of an instance method it registers for the class that has the method, and for its subclasses.
 * @throws PatternError when the path is no pattern, TypeError when what is registered is no function.
 * @remarks Source: AdvancedHTTPServer's `RegisterPath`.
 */
export function RegisterPath(
  path: string | RegExp,
  handler?: HandlerClass | string | null,
  is_rpc = false,
): PathRegistrar {
  const pattern = patternKey(path)
  compilePattern(pattern)
  const register = (registered: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (isDecoratorContext(context)) return decorate(pattern, is_rpc, registered as AnyHandler, context)
    if (descriptor !== undefined) return decorateLegacy(pattern, is_rpc, registered as object, descriptor)
    if (typeof registered !== 'function') throw new TypeError(`RegisterPath('${pattern}') takes a function`)
    add(pattern, registered as AnyHandler, is_rpc, (klass) => isFor(handler, klass))
    return registered
  }
  return register as PathRegistrar
}

/** Copies what is registered for a class into the maps of one of its instances. */
export function fillHandlerMaps(
  instance: object,
  handlerMap: HandlerMap<AnyHandler>,
  rpcHandlerMap: HandlerMap<AnyHandler>,
): void {
  for (const { pattern, handler, is_rpc, concerns } of registrations) {
    if (concerns(instance.constructor)) (is_rpc ? rpcHandlerMap : handlerMap)[pattern] = handler
  }
}

function isFor(handler: HandlerClass | string | null | undefined, klass: { readonly name: string }): boolean {
  if (handler === undefined || handler === null) return true
  return typeof handler === 'string' ? klass.name === handler : klass === handler
}

function add(pattern: string, handler: AnyHandler, is_rpc: boolean, concerns: Registration['concerns']): void {
  registrations.push({ pattern, handler, is_rpc, concerns })
}

function isDecoratorContext(context: unknown): context is ClassMethodDecoratorContext {
  return typeof context === 'object' && context !== null && 'addInitializer' in context
}

/** Standard decorators don't know their class: the first instance tells which prototype has the method. */
function decorate(
  pattern: string,
  is_rpc: boolean,
  method: AnyHandler,
  context: ClassMethodDecoratorContext,
): AnyHandler {
  if (context.kind !== 'method' || context.static) throw new TypeError('RegisterPath decorates instance methods')
  context.addInitializer(function (this: unknown) {
    const maps = this as {
      readonly handler_map: HandlerMap<AnyHandler>
      readonly rpc_handler_map: HandlerMap<AnyHandler>
    }
    const map = is_rpc ? maps.rpc_handler_map : maps.handler_map
    map[pattern] = (this as Record<string | symbol, AnyHandler>)[context.name] as AnyHandler
  })
  return method
}

function decorateLegacy(pattern: string, is_rpc: boolean, prototype: object, { value }: PropertyDescriptor): void {
  if (typeof value !== 'function') throw new TypeError('RegisterPath decorates instance methods')
  const has = (klass: { readonly prototype: unknown }): boolean =>
    klass.prototype === prototype || Object.prototype.isPrototypeOf.call(prototype, klass.prototype as object)
  add(pattern, value as AnyHandler, is_rpc, has)
}
