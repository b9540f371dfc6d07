/** Node's cryptography, loaded when a handler first needs it: who has no passwords starts without it. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
