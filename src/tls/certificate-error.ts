/**
 * What can be wrong with a certificate, its key or the name it is for, told when it is loaded and not when the first
 * client fails. Codes are stable; texts name the file and the reason and may change.
 */

/** What is wrong, as a stable code. */
export type CertificateFault =
  | 'UNREADABLE'
  | 'NO_CERTIFICATE'
  | 'NO_KEY'
  | 'PASSWORD_REQUIRED'
  | 'WRONG_PASSWORD'
  | 'KEY_MISMATCH'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'REFUSED'
  | 'BAD_HOSTNAME'
  | 'UNKNOWN_HOSTNAME'
  | 'VERSION_CONFLICT'
  | 'CA_REQUIRED'

/** A certificate can't be used as asked. What was in use before stays in use. */
export class CertificateError extends Error {
  /** Always `CertificateError`. */
  override readonly name = 'CertificateError'
  /** @param file - The file at fault; null when the fault is in none (a host name, a version). */
  constructor(
    /** What went wrong, as a stable code. */
    readonly code: CertificateFault,
    message: string,
    readonly file: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
