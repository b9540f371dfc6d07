/** The errors that the rig raises on purpose, named as Python's rig names them. Their messages stay off the wire. */

/** Python's RuntimeError: has no `message` of its own. */
export class RuntimeError extends Error {
  override readonly name = 'builtins.RuntimeError'
}

/** An error of the rig's own module, with a message that an RPC reply shows. */
export class CustomError extends Error {
  override readonly name = 'rig.CustomError'
}
