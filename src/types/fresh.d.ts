/** `fresh` 2, as far as it is used here: whether what a client has kept of a resource will do. */
declare module 'fresh' {
  type Fields = Record<string, string | undefined>
  /** Whether the client's copy is still good; field names in lower case. */
  function fresh(requestHeaders: Fields, responseHeaders: Fields): boolean
  export = fresh
}
