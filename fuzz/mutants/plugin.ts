/**
 * Makes `import('…/request-reader.ts?mutant=3')` load the reader with the change of mutant 3 in it, and everything it imports
 * from the llhttp room as separate copies, so that a mutant's memory is its own.
 */
import type { Plugin } from 'vitest/config'
import { MUTANTS } from './mutants.js'

const ROOM = '/src/http/llhttp/'
const QUERY = '?mutant='

export function mutantPlugin(): Plugin {
  return {
    name: 'mutants',
    enforce: 'pre',
    async resolveId(source, importer) {
      const [path = source, index = importer?.split(QUERY)[1]] = source.split(QUERY)
      if (index === undefined) return null
      const resolved = await this.resolve(path, importer?.split(QUERY)[0], { skipSelf: true })
      return resolved?.id.includes(ROOM) ? `${resolved.id}${QUERY}${index}` : resolved
    },
    transform(code, id) {
      const [path = id, index] = id.split(QUERY)
      const mutant = index === undefined ? undefined : MUTANTS[Number(index)]
      if (mutant === undefined || !path.endsWith(ROOM + mutant.file)) return null
      const parts = code.split(mutant.find)
      if (parts.length !== 2) throw new Error(`the mutant "${mutant.name}" fits ${parts.length - 1} places`)
      return parts.join(mutant.replace)
    },
  }
}
