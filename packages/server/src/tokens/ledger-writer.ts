import type { Store } from '../store/index.ts'
import { insertTokens, type NewToken } from '../store/queries/tokens.ts'

/** Rows of one statement: well below what either database takes as parameters. */
const MOST_TOGETHER = 200

interface Waiting {
  readonly row: NewToken
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

interface Line {
  readonly waiting: Waiting[]
  running: boolean
}

const lines = new WeakMap<Store, Map<string, Line>>()

/**
 * Writes a row of the ledger; resolves when it is durable. Rows of one organization that wait together travel in
 * one statement of one commit, which on a database across the network saves a round trip for each.
 *
 * @throws DomainError `store_unavailable`, `outcome_unknown`, to each row of the statement that failed
 */
export function writeToken(store: Store, organizationId: string, row: NewToken): Promise<void> {
  const line = lineOf(store, organizationId)
  return new Promise<void>((resolve, reject) => {
    line.waiting.push({ row, resolve, reject })
    if (!line.running) void drain(store, organizationId, line)
  })
}

function lineOf(store: Store, organizationId: string): Line {
  const ofStore = lines.get(store) ?? new Map<string, Line>()
  lines.set(store, ofStore)
  const line = ofStore.get(organizationId) ?? { waiting: [], running: false }
  ofStore.set(organizationId, line)
  return line
}

/** While one statement is on its way, the next ones gather behind it. */
async function drain(store: Store, organizationId: string, line: Line): Promise<void> {
  line.running = true
  // The requests of this turn of the event loop are still to come.
  await new Promise((resolve) => setImmediate(resolve))
  while (line.waiting.length > 0) {
    const batch = line.waiting.splice(0, MOST_TOGETHER)
    try {
      await store.write({ organizationId }, (tx) =>
        insertTokens(
          tx,
          batch.map(({ row }) => row),
        ),
      )
      for (const { resolve } of batch) resolve()
    } catch (failure) {
      for (const { reject } of batch) reject(failure)
    }
  }
  line.running = false
  lines.get(store)?.delete(organizationId)
}
