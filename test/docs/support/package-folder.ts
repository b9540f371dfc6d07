/**
 * A folder in which the package is installed as users have it, made of the sources as they are now: programs in it import
 * `advancedhttpserver` by name. It is below node_modules, where the packages of this repository are found, too.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { buildSources } from '../../support/compile.js'
import { type Block, blockNamed, ROOT } from './documents.js'
import { Program, type ProgramOptions } from './program.js'

export class PackageFolder {
  readonly path: string

  constructor() {
    const cache = join(ROOT, 'node_modules', '.cache')
    mkdirSync(cache, { recursive: true })
    this.path = mkdtempSync(join(cache, 'programs-'))
    const installed = join(this.path, 'node_modules', 'advancedhttpserver')
    mkdirSync(installed, { recursive: true })
    copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
    symlinkSync(buildSources(), join(installed, 'dist'))
    writeFileSync(join(this.path, 'package.json'), '{ "type": "module" }\n')
  }

  /** Starts the program of the documents that has this name. */
  run(name: string, options: ProgramOptions = {}): Program {
    return new Program(this.#write(blockNamed('run', name)), options)
  }

  /** Starts a program of `examples`. */
  example(name: string, options: ProgramOptions = {}): Program {
    const file = join(this.path, name)
    copyFileSync(join(ROOT, 'examples', name), file)
    return new Program(file, options)
  }

  /** A new folder of its own for files. */
  folder(): string {
    return mkdtempSync(join(this.path, 'files-'))
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  #write({ code, name }: Block): string {
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
    const file = join(this.path, `${name}.js`)
    writeFileSync(file, ts.transpileModule(code, { compilerOptions }).outputText)
    return file
  }
}
