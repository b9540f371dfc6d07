/**
 * Python's class attributes. A subclass may set one as a static member, on its prototype, or as a field of its
 * instances; whoever reads `this.name` gets the nearest of them.
 */

/**
 * Makes `instance.name` fall back to the static member of that name of the instance's own class, which static
 * inheritance has already resolved.
 */
export function readStaticsThroughInstances(klass: { readonly prototype: object }, names: readonly string[]): void {
  for (const name of names) {
    Object.defineProperty(klass.prototype, name, {
      configurable: true,
      get(this: object): unknown {
        return (this.constructor as unknown as Record<string, unknown>)[name]
      },
      set(this: object, value: unknown): void {
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true })
      },
    })
  }
}
