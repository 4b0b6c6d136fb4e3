import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['rescind-source'] },
  ssr: { resolve: { conditions: ['rescind-source'] } },
  test: {
    globalSetup: ['packages/server/test/support/postgres-cluster.ts'],
    include: ['packages/*/test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
})
