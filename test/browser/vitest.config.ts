import { defineConfig } from 'vitest/config'

/** Tests that drive a browser: apart from the others, since they need one installed. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
})
