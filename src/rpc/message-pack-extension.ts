/**
 * A value of MessagePack's extension family that this library gives no meaning to: it is passed through, octet for octet,
 * in both directions. Python's msgpack calls it `ExtType`.
 */
export class MessagePackExtension {
  /**
   * @param type - From -128 to 127; 10, 11 and 12 are Python's dates and times and never arrive as this class.
   * @throws RangeError for any other type.
   */
  constructor(
    /** Number of the type. */
    readonly type: number,
    /** The octets. */
    readonly data: Uint8Array,
  ) {
    if (!Number.isInteger(type) || type < -128 || type > 127) {
      throw new RangeError(`a MessagePack extension type is from -128 to 127; got ${type}`)
    }
  }
}
