/** The part of the WebAssembly API that we use. Node has it, but its types come with the DOM library only. */
declare namespace WebAssembly {
  class Module {
    constructor(octets: Uint8Array)
    static exports(module: Module): { name: string; kind: string }[]
    static imports(module: Module): { module: string; name: string; kind: string }[]
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, (...args: number[]) => number>>)
    readonly exports: Record<string, unknown>
  }

  class Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }

  class CompileError extends Error {}
  class RuntimeError extends Error {}
}
