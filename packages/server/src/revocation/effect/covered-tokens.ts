import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Authority } from '../../authority/index.ts'
import { ACCESS_TOKEN_LIFETIME } from '../../directory/api.ts'
import type { ReadTx } from '../../store/index.ts'
import type { RevocationRow } from '../../store/queries/revocations.ts'
import { scanTokenFacts } from '../../tokens/ledger.ts'
import { coveredRows } from '../covered.ts'
import { readTarget } from '../stored-target.ts'
import { Tally } from '../tally.ts'
import { isAbsolute } from '../target.ts'

/** Counting so many takes some tenths of a second, a page at a time; beyond, nobody asked for the exact number. */
const MOST_COUNTED = 100_000

const Covered = Type.Object({
  /** Live tokens that the entry covers: those revoked earlier by another entry are among them. */
  tokens: Type.Integer(),
  users: Type.Integer(),
  sessions: Type.Integer(),
  /** False where there were more than a hundred thousand tokens: then all of these are lower bounds. */
  counted: Type.Boolean(),
  /** Milliseconds: by API, when the last access token expires that can be verified offline. */
  expiries: Type.Array(Type.Object({ api: Type.Union([Type.String(), Type.Null()]), until: Type.Integer() })),
})
/** What an entry covered when it was written. */
export type Covered = Static<typeof Covered>
const covered = Compile(Covered)

export function readCovered(json: string | null): Covered | undefined {
  return json === null ? undefined : covered.Parse(JSON.parse(json))
}

/**
 * Counts what the newest entry of a revocation covers. `undefined` for a target that this release does not know.
 */
export async function countCovered(
  authority: Authority,
  tx: ReadTx,
  row: Pick<RevocationRow, 'target' | 'incarnation' | 'seq' | 'at'>,
): Promise<Covered | undefined> {
  const target = readTarget(row.target)
  if (target === undefined) return undefined
  const rows = await coveredRows(authority, tx, target)
  // An authorization server that is gone has no id to look for.
  if (rows === undefined) return undefined
  const { incarnation, seq, at } = row
  const filter = { ...rows, liveAt: at, ...(isAbsolute(target) ? {} : { before: { incarnation, seq } }) }
  const tally = new Tally()
  let seen = 0
  for await (const page of scanTokenFacts(tx, filter)) {
    seen += page.length
    if (seen > MOST_COUNTED) return tooMany(at)
    for (const token of page) tally.add(token)
  }
  const { tokens, users, sessions, byApi } = tally.result()
  const expiries = byApi.flatMap(({ api, offlineUntil }) =>
    offlineUntil === null ? [] : [{ api, until: offlineUntil }],
  )
  return { tokens, users, sessions, counted: true, expiries }
}

/** Of how many is not known, nor when the last of them expires: not later than any that is issued now. */
function tooMany(at: number): Covered {
  const until = at + ACCESS_TOKEN_LIFETIME.longest * 1000
  return { tokens: MOST_COUNTED, users: 0, sessions: 0, counted: false, expiries: [{ api: null, until }] }
}

/**
 * When the last of the covered tokens expires that verifiers of some APIs might accept offline; null for none,
 * `undefined` where it has not been counted.
 */
export function tokensUntil(
  counted: Pick<Covered, 'counted' | 'expiries'> | undefined,
  resources: readonly string[],
): number | null | undefined {
  if (counted === undefined) return undefined
  const times = counted.expiries
    .filter(({ api }) => !counted.counted || (api !== null && resources.includes(api)))
    .map(({ until }) => until)
  return times.length === 0 ? null : Math.max(...times)
}
