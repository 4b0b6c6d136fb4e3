import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Where no run before has left its durations, as in CI, vitest starts the files with the most text first. These take
 * minutes and have hardly any: started last, one of them would keep one core waiting at the end.
 */
const LONGEST = [
  'hostile/every-route-sqlite',
  'hostile/every-route-postgres',
  'start/server',
  'revocation/scopes-sqlite',
  'faults/restore',
  'revocation/scopes-postgres',
  'pages/revoking',
  'pages/places',
  'tokens/formats',
  'revocation/races',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.findIndex((name) => moduleId.includes(name))
      return found === -1 ? LONGEST.length : found
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

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
    // Evaluating the same thousand modules anew for each file took a quarter of the run. What these keep beside them is
    // kept by store (weak maps), and each file opens stores of its own.
    isolate: false,
    setupFiles: ['packages/server/test/support/before-each-file.ts'],
    sequence: { sequencer: LongestFirst },
    // Most tests wait for a server or a database half of the time: two files at once also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
