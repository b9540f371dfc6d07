/** Resources of the rig that answer with files of the fixture web root, and with a listing of it. */
import { join } from 'node:path'
import type { MaybePromise } from '../../../src/index.js'
import { HttpResources } from './http-resources.js'

export class FileResources extends HttpResources {
  override on_init(): void {
    super.on_init()
    for (const [pattern, name] of RESOURCES) this.handler_map[pattern] = this[name]
  }

  res_list(): MaybePromise<void> {
    return this.respond_list_directory(join(this.webRoot, 'docs'))
  }

  res_download(): MaybePromise<void> {
    return this.respond_file(join(this.webRoot, 'hello.txt'), { attachment: true })
  }

  res_download_odd(): MaybePromise<void> {
    return this.respond_file(join(this.webRoot, 'names', 'a b&c<d>.txt'), { attachment: true })
  }

  /** The path is given with its `..`: what the library makes of that is part of the answer. */
  res_file(): MaybePromise<void> {
    return this.respond_file(`${this.webRoot}/docs/../page.html`)
  }

  res_file_missing(): MaybePromise<void> {
    return this.respond_file(join(this.webRoot, 'no-such-file.txt'))
  }
}

const RESOURCES = [
  ['^list$', 'res_list'],
  ['^download$', 'res_download'],
  ['^download-odd$', 'res_download_odd'],
  ['^file$', 'res_file'],
  ['^file-missing$', 'res_file_missing'],
] as const
