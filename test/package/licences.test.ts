/** The licences of all that npm installs with the package are stated, and are of a kind that asks nothing of users. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readManifest, ROOT } from './support/packed.js'

interface Locked {
  readonly license?: string
  readonly dependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

const ALLOWED = /^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|PSF-2\.0|0BSD)$/

it('every package that is installed at run time has its row, with the licence it has', () => {
  const { dependencies, optionalDependencies } = readManifest()
  const installed = closureOf(Object.keys({ ...dependencies, ...optionalDependencies }))
  expect(statedLicences()).toEqual(Object.fromEntries(installed))
  expect([...installed.values()].filter((license) => !ALLOWED.test(license))).toEqual([])
})

function statedLicences(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'THIRD-PARTY-LICENSES.md'), 'utf8')
  return Object.fromEntries(
    Array.from(text.matchAll(/^\| `([^`]+)` \| (\S+) \|/gm), ([, name, license]) => [name, license]),
  )
}

/** Name → licence of the packages and all they depend on, as the lock file has them. */
function closureOf(names: readonly string[]): Map<string, string> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const found = new Map<string, string>()
  const visit = (name: string): void => {
    const locked = packages[`node_modules/${name}`]
    if (locked === undefined || found.has(name)) return
    found.set(name, locked.license ?? 'none')
    for (const dependency of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) visit(dependency)
  }
  for (const name of names) visit(name)
  return found
}
