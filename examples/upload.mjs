// Takes files by PUT and shows on the terminal how far they are.
//
//   node examples/upload.mjs folder
//   curl -T big.iso http://127.0.0.1:8080/
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AdvancedHTTPServer, RequestHandler } from 'advancedhttpserver'

const [folder = '.'] = process.argv.slice(2)

class UploadHandler extends RequestHandler {
  async do_PUT() {
    const name = basename(decodeURIComponent(this.path))
    if (!/^[\w-][\w. -]*$/.test(name)) return this.send_error(400, 'Not A File Name')
    const file = join(folder, name)
    const part = `${file}.${process.hrtime.bigint()}.part`
    try {
      await pipeline(this.rfile, this.#progress(name), createWriteStream(part, { flags: 'wx' }))
      await rename(part, file)
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
    return this.send_response_full(`${name} is here\n`, { status: 201 })
  }

  /** @param {string} name */
  #progress(name) {
    const total = Number(this.headers.get('content-length', 'NaN'))
    let octets = 0
    let told = ''
    return new Transform({
      transform(chunk, _encoding, done) {
        octets += chunk.length
        const now = Number.isNaN(total) ? `${octets} octets` : `${Math.floor((100 * octets) / total)} %`
        if (now !== told) process.stdout.write(`\r${name}: ${now}`)
        told = now
        done(null, chunk)
      },
      flush(done) {
        process.stdout.write('\n')
        done()
      },
    })
  }
}

const server = new AdvancedHTTPServer(UploadHandler, { addresses: [['127.0.0.1', 8080]] })
await server.listen()
