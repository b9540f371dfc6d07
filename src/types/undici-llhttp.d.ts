/** The two files of undici that hold llhttp as WebAssembly. They are no promised API and carry no types of their own. */
declare module 'undici/lib/llhttp/llhttp_simd-wasm.js' {
  /** One Buffer for all importers: never to be written to. */
  const octets: Buffer
  export default octets
}

declare module 'undici/lib/llhttp/llhttp-wasm.js' {
  /** One Buffer for all importers: never to be written to. */
  const octets: Buffer
  export default octets
}
