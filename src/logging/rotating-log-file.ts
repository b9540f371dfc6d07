/**
 * A log file that is rolled over before a record would take it to its size, in the order of Python's
 * RotatingFileHandler: `x.log` becomes `x.log.1`, `x.log.1` becomes `x.log.2`, the last one goes. Writes are synchronous,
 * so that the last words of a process are in the file. Once open it never throws: with the disk full, records are
 * dropped and counted until there is room again.
 */
import { Buffer } from 'node:buffer'
import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'

/** What is asked of the file system; a test passes one that fails. */
export interface LogFileSystem {
  openSync(path: string, flags: string): number
  closeSync(descriptor: number): void
  fstatSync(descriptor: number): { readonly size: number; isFile(): boolean }
  writeSync(descriptor: number, octets: Uint8Array, offset: number): number
  renameSync(from: string, to: string): void
  existsSync(path: string): boolean
}

export interface RotatingLogFileOptions {
  /** Size that a file stays below, in bytes; 0 means no rollover. Default: 262,144, that of Python's command. */
  max_bytes?: number
  /** Rolled files that are kept; 0 means no rollover. Default: 5. */
  backup_count?: number
  /** Pause after a failed write, before the disk is asked again. Default: 1,000. */
  retry_ms?: number
  /** The record that tells, after a failure, how many were lost before it. Default: none is written. */
  lossNote?: (dropped: number) => string
  fileSystem?: LogFileSystem
  /** Clock in milliseconds. */
  now?: () => number
}

const NODE_FILE_SYSTEM: LogFileSystem = { openSync, closeSync, fstatSync, writeSync, renameSync, existsSync }

export class RotatingLogFile {
  /** Absolute, so that a later change of directory doesn't move the log. */
  readonly path: string
  readonly #maxBytes: number
  readonly #backupCount: number
  readonly #retryMs: number
  readonly #lossNote: ((dropped: number) => string) | undefined
  readonly #files: LogFileSystem
  readonly #now: () => number
  /** Open descriptor; null while a rollover has failed halfway, and after close(). */
  #descriptor: number | null
  #closed = false
  /** Records lost since the file was opened. */
  #dropped = 0
  /** How many of them the file itself has told of. */
  #droppedTold = 0
  /** Moment before which nothing is tried; 0 when the last write went well. */
  #retryAt = 0
  /** The last write failed amid a record: the next one begins with a line end. */
  #torn = false

  /** @throws the file system's error when the file can't be opened for appending. */
  constructor(path: string, options: RotatingLogFileOptions = {}) {
    this.path = resolve(path)
    this.#maxBytes = options.max_bytes ?? 262_144
    this.#backupCount = options.backup_count ?? 5
    this.#retryMs = options.retry_ms ?? 1_000
    this.#lossNote = options.lossNote
    this.#files = options.fileSystem ?? NODE_FILE_SYSTEM
    this.#now = options.now ?? Date.now
    this.#descriptor = this.#files.openSync(this.path, 'a')
  }

  /** Records that could not be written. */
  get dropped(): number {
    return this.#dropped
  }

  /** Appends one record and its line end. Never throws: what can't be written is dropped and counted. */
  write(text: string): void {
    if (this.#closed) return
    if (this.#retryAt > 0 && this.#now() < this.#retryAt) {
      this.#dropped += 1
      return
    }
    try {
      this.#append(`${this.#lossNoteBefore()}${text}\n`)
      this.#retryAt = 0
      this.#droppedTold = this.#dropped
    } catch {
      this.#dropped += 1
      this.#retryAt = this.#now() + this.#retryMs
    }
  }

  /** Closes the file; what is written later is ignored. */
  close(): void {
    this.#closed = true
    try {
      this.#release()
    } catch {
      // A delayed write error of a network file system: nobody is left to be told.
    }
  }

  #lossNoteBefore(): string {
    const lost = this.#dropped - this.#droppedTold
    return lost > 0 && this.#lossNote ? `${this.#lossNote(lost)}\n` : ''
  }

  #append(text: string): void {
    let descriptor = this.#open()
    if (this.#isFullFor(descriptor, Buffer.byteLength(text))) {
      this.#rollOver()
      descriptor = this.#open()
    }
    const octets = Buffer.from(this.#torn ? `\n${text}` : text)
    for (let written = 0; written < octets.length; ) {
      written += this.#files.writeSync(descriptor, octets, written)
      this.#torn = written < octets.length
    }
  }

  #open(): number {
    return (this.#descriptor ??= this.#files.openSync(this.path, 'a'))
  }

  /**
   * Python: `shouldRollover`. Only regular files roll (bpo-45401: the log may be /dev/stdout), and only those that hold
   * something (gh-116263). The size is asked anew each time: another process may write to the same file.
   */
  #isFullFor(descriptor: number, length: number): boolean {
    if (this.#maxBytes === 0 || this.#backupCount === 0) return false
    const status = this.#files.fstatSync(descriptor)
    return status.isFile() && status.size > 0 && status.size + length >= this.#maxBytes
  }

  /** Python: `doRollover`, from the oldest to the newest. A failure amid it loses no file: the next try goes on from there. */
  #rollOver(): void {
    this.#release()
    for (let number = this.#backupCount - 1; number >= 1; number--) {
      const older = `${this.path}.${number}`
      if (this.#files.existsSync(older)) this.#files.renameSync(older, `${this.path}.${number + 1}`)
    }
    if (this.#files.existsSync(this.path)) this.#files.renameSync(this.path, `${this.path}.1`)
    this.#torn = false
  }

  #release(): void {
    const descriptor = this.#descriptor
    this.#descriptor = null
    if (descriptor !== null) this.#files.closeSync(descriptor)
  }
}
