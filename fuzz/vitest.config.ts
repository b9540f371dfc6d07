/** The fuzz targets. Settings come from the environment; `scripts/fuzz.mjs` sets them. See `support/settings.ts`. */
import { defineConfig } from 'vitest/config'
import { mutantPlugin } from './mutants/plugin.js'

export default defineConfig({
  plugins: [mutantPlugin()],
  test: {
    include: ['fuzz/**/*.fuzz.ts'],
    // Time limits are fast-check's affair: a long job may take hours.
    testTimeout: 0,
    hookTimeout: 0,
    pool: 'forks',
  },
})
