import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // Sockets and child processes are this suite's subject: worker threads would share their descriptors.
    pool: 'forks',
  },
})
