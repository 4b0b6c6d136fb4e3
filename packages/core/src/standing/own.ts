import { compareMarks, type LogIndex, type Mark, pair } from '../log/index.ts'
import type { OwnFacts } from './facts.ts'
import {
  AHEAD,
  activeUnlessStale,
  blockedBy,
  blockedResource,
  type RevocationRule,
  revoked,
  type Standing,
  UNKNOWN_KEY,
} from './verdict.ts'

/**
 * The standing of an artefact of ours. What voids it comes first, so that a hole in the knowledge never turns a
 * known revocation into a doubt; then what must be waited for; then what is missing.
 */
export function ownStanding(facts: OwnFacts, index: LogIndex): Standing {
  if (!index.classes.includes(facts.class))
    throw new TypeError(`this index does not judge the class ${facts.class}`)
  return (
    revokedKey(facts, index) ??
    misplaced(facts, index) ??
    byName(facts, index) ??
    byCutoff(facts, index) ??
    blocked(facts, index) ??
    (isAhead(facts, index) ? (index.hole === undefined ? AHEAD : undefined) : wrongKey(facts, index)) ??
    activeUnlessStale(index)
  )
}

type Verdict = Standing | undefined

/** A revoked key voids all that it signed and all that was obtained with it, whatever those claim. */
function revokedKey({ key, assertionKeys }: OwnFacts, index: LogIndex): Verdict {
  const by = key === undefined ? undefined : index.revokedKey(key)
  if (by !== undefined) return revoked('key', by)
  for (const each of assertionKeys ?? []) {
    const mark = index.revokedKey(each)
    if (mark !== undefined) return revoked('key', mark)
  }
  return undefined
}

/** A position of another log, of an earlier incarnation, or below the floor of the class is void. */
function misplaced({ position, class: of }: OwnFacts, index: LogIndex): Verdict {
  if (position === undefined || position.log !== index.log) return revoked('position')
  if (position.incarnation < index.incarnation) return revoked('incarnation')
  if (position.incarnation === index.incarnation && position.seq < index.floor(of)) {
    return revoked('floor', at(index, index.floorEntry(of)))
  }
  return undefined
}

/** Revoked by name: void at any position. */
function byName({ class: of, token, grant, session }: OwnFacts, index: LogIndex): Verdict {
  const { ids } = index
  const byToken = token === undefined ? 0 : ids.token(of, token)
  if (byToken > 0) return revoked('token', at(index, byToken))
  const byGrant = grant === undefined ? 0 : ids.grant(grant)
  if (byGrant > 0) return revoked('grant', at(index, byGrant))
  if (session === undefined) return undefined
  const isSession = of === 'session' || of === 'console_session'
  const bySession = Math.max(ids.session(session), isSession ? ids.ended(session) : 0)
  return bySession > 0 ? revoked('session', at(index, bySession)) : undefined
}

/** A cutoff at M on a subject voids every position below M; what rests on M itself was judged knowing it. */
function byCutoff(facts: OwnFacts, index: LogIndex): Verdict {
  const { position, users, clients, resources, issuer, organization, providers = NONE } = facts
  if (position?.incarnation !== index.incarnation) return undefined
  const { cutoffs } = index
  const { seq } = position
  return (
    anyBelow('user', cutoffs.users, users, seq, index) ??
    anyBelow('client', cutoffs.clients, clients, seq, index) ??
    anyBelow('resource', cutoffs.resources, resources, seq, index) ??
    below('issuer', cutoffs.issuers, issuer, seq, index) ??
    below('organization', cutoffs.organizations, organization, seq, index) ??
    anyBelow('identity_provider', cutoffs.providers, providers, seq, index) ??
    pairBelow('user_client', cutoffs.userClients, users, clients, seq, index) ??
    (facts.grant === undefined ? undefined : byRefreshCutoff(facts, index, seq))
  )
}

/** The cutoffs that only concern what carries a grant: the tokens of an application's own are not theirs. */
function byRefreshCutoff({ users, clients, issuer }: OwnFacts, index: LogIndex, seq: number): Verdict {
  const { refreshClients, refreshUserClients, refreshIssuerClients } = index.cutoffs
  return (
    anyBelow('refresh', refreshClients, clients, seq, index) ??
    pairBelow('refresh', refreshUserClients, users, clients, seq, index) ??
    (issuer === undefined
      ? undefined
      : pairBelow('refresh', refreshIssuerClients, [issuer], clients, seq, index))
  )
}

/** While a subject is blocked nothing of it is good, whatever its position. */
function blocked({ users, clients, resources }: OwnFacts, { blocks }: LogIndex): Verdict {
  for (const user of users) {
    const by = blocks.user(user)
    if (by !== undefined) return blockedBy('user', by)
  }
  for (const client of clients) {
    const by = blocks.client(client)
    if (by !== undefined) return blockedBy('client', by)
  }
  return blockedResource(resources, blocks)
}

/** The key must be its issuer's, and the one in use at the position that the token claims. */
function wrongKey({ key, issuer, position }: OwnFacts, { signingKeys }: LogIndex): Verdict {
  if (key === undefined || position === undefined) return undefined
  if (issuer === undefined || !signingKeys.isKnown(issuer, key)) return UNKNOWN_KEY
  return signingKeys.isActiveAt(issuer, key, position) ? undefined : revoked('key_span')
}

function isAhead({ position }: OwnFacts, index: LogIndex): boolean {
  return position !== undefined && compareMarks(position, index) > 0
}

type SeqMap = LogIndex['cutoffs']['users']

function below(
  rule: RevocationRule,
  map: SeqMap,
  name: string | undefined,
  seq: number,
  index: LogIndex,
): Verdict {
  if (name === undefined || map.size === 0) return undefined
  const cutoff = map.get(name)
  return cutoff !== undefined && seq < cutoff ? revoked(rule, at(index, cutoff)) : undefined
}

function anyBelow(
  rule: RevocationRule,
  map: SeqMap,
  names: readonly string[],
  seq: number,
  index: LogIndex,
): Verdict {
  for (const name of names) {
    const verdict = below(rule, map, name, seq, index)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

function pairBelow(
  rule: RevocationRule,
  map: SeqMap,
  firsts: readonly string[],
  seconds: readonly string[],
  seq: number,
  index: LogIndex,
): Verdict {
  if (map.size === 0) return undefined
  for (const first of firsts) {
    for (const second of seconds) {
      const verdict = below(rule, map, pair(first, second), seq, index)
      if (verdict !== undefined) return verdict
    }
  }
  return undefined
}

const NONE: readonly string[] = []

function at({ incarnation }: LogIndex, seq: number): Mark {
  return { incarnation, seq }
}
