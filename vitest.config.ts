import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['rescind-source'] },
  ssr: { resolve: { conditions: ['rescind-source'] } },
  test: {
    globalSetup: [
      'packages/server/test/support/postgres-cluster.ts',
      'packages/server/test/support/rsa-key-pairs.ts',
    ],
    include: ['packages/*/test/**/*.test.ts'],
    // Against hanging for ever, not against being slow: a busy machine takes its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Most tests wait for a server or a database half of the time: two files at once also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
