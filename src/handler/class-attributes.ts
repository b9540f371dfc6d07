/**
 * Python's class attributes. A subclass may set one as a static member, on its prototype, or as a field of its
 * instances; whoever reads `this.name` gets the nearest of them.
 */

/** For each name, how it is read off a class: a function of its own each, which is what makes reading as quick as a field. */
type Readers<Class> = { readonly [Name in keyof Class]?: (klass: Class) => Class[Name] }

/**
 * Makes `instance.name` fall back to the static member of that name of the instance's own class, which static
 * inheritance has already resolved.
 */
export function readStaticsThroughInstances<Class extends { readonly prototype: object }>(
  klass: Class,
  readers: Readers<Class>,
): void {
  for (const [name, read] of Object.entries(readers) as [string, (klass: unknown) => unknown][]) {
    Object.defineProperty(klass.prototype, name, {
      configurable: true,
      get(this: object): unknown {
        return read(this.constructor)
      },
      set(this: object, value: unknown): void {
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true })
      },
    })
  }
}
