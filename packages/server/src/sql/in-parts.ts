import { setImmediate } from 'node:timers/promises'

/** Rows that are worked on in one go: so few that nobody notices. */
const AT_ONCE = 200

/** Rows a few at a time. In between, whoever else waits for the event loop has a turn. */
export async function* inParts<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[], void> {
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    if (from > 0) await setImmediate()
    yield rows.slice(from, from + AT_ONCE)
  }
}
