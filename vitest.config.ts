import ts from 'typescript'
import { defineConfig } from 'vitest/config'

/**
 * Vite's own transform leaves standard decorators as they are, and Node 20 can't run them: files that use one are
 * compiled by TypeScript first.
 */
const lowerDecorators = {
  name: 'lower-decorators',
  enforce: 'pre' as const,
  transform(code: string, file: string) {
    if (!file.endsWith('.ts') || !/^\s*@[A-Z]\w*\(/m.test(code)) return null
    const { outputText, sourceMapText } = ts.transpileModule(code, {
      fileName: file,
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, sourceMap: true },
    })
    return { code: outputText, map: sourceMapText ?? null }
  },
}

export default defineConfig({
  plugins: [lowerDecorators],
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // Sockets and child processes are this suite's subject: worker threads would share their descriptors.
    pool: 'forks',
  },
})
