/** `range-parser`, as far as it is used here: the ranges of a Range field. */
declare module 'range-parser' {
  interface Range {
    start: number
    /** Last octet, itself included. */
    end: number
  }
  interface Ranges extends Array<Range> {
    /** What stood before the `=`. */
    type: string
  }
  /** -1: no range can be satisfied; -2: the header is malformed. */
  function rangeParser(size: number, header: string, options?: { combine?: boolean }): Ranges | -1 | -2
  export = rangeParser
}
