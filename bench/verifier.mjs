import { runLoad } from './child.mjs'
import { count, decimal, figure, median, printTable } from './statistics.mjs'

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']
const ROUNDS = 7
const MILLISECONDS = 1_000
const REVOKED = { ids: 100_000, users: 1_000 }

/**
 * Processor time of tokens verified by one process, one after the other, beside `jose` with the same keys at hand. `without` takes the
 * same steps as `verify` apart from asking for the standing; `repeated` is one token again and again, whose standing
 * is asked every time.
 */
export async function benchVerifier() {
  for (const algorithm of ALGORITHMS) {
    const order = { algorithm, rounds: ROUNDS, milliseconds: MILLISECONDS, revoked: REVOKED }
    const results = await runLoad('verifications', order)
    // Ratios within a round, so that whatever the machine did meanwhile happened to both.
    const ratio = (above, below) =>
      decimal(median(results[above].map((value, n) => value / results[below][n])))
    const rows = Object.entries(results).map(([name, runs]) => [
      name,
      `${figure(runs, (value) => decimal(value / 1000))} µs`,
      count(1e9 / median(runs)),
      ratio('jose', name),
    ])
    printTable(
      `verify, ${algorithm}, ${count(REVOKED.ids)} revoked ids and ${count(REVOKED.users)} cutoffs: with ÷ without standing ${median(results.with.map((value, n) => value / results.without[n])).toFixed(3)}`,
      [['', 'a token', 'a second', 'times the speed of jose'], ...rows],
    )
  }
}
