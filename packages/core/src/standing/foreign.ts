import { type LogIndex, pair, type TimeCutoff } from '../log/index.ts'
import type { ForeignFacts } from './facts.ts'
import {
  activeUnlessStale,
  blockedBy,
  blockedResource,
  type RevocationRule,
  revoked,
  type Standing,
  UNKNOWN_KEY,
} from './verdict.ts'

/**
 * The standing of a token that an identity provider signed. It has no position, so it is judged by its key first,
 * which its signer cannot choose freely, and by `iat`, which its signer can: only blocking the key stops a thief
 * who dates tokens forward.
 */
export function foreignStanding(facts: ForeignFacts, index: LogIndex): Standing {
  const byKey = index.revokedKey(facts.key)
  if (byKey !== undefined) return revoked('key', byKey)
  return (
    byName(facts, index) ??
    byTime(facts, index) ??
    blockedIdentity(facts, index) ??
    blockedResource(facts.resources, index.blocks) ??
    (isTrusted(facts, index) ? activeUnlessStale(index) : UNKNOWN_KEY)
  )
}

type Verdict = Standing | undefined

function byName({ issuer, token }: ForeignFacts, { foreign }: LogIndex): Verdict {
  const by =
    token === undefined || foreign.tokens.size === 0 ? undefined : foreign.tokens.get(pair(issuer, token))
  return by === undefined ? undefined : revoked('token', by)
}

/** A cutoff voids what was issued no later than its time, and what does not say when it was issued. */
function byTime({ issuer, user, resources, organization, issuedAt }: ForeignFacts, index: LogIndex): Verdict {
  const { foreign, providers } = index
  const users = foreign.users
  const byUser = user === undefined || users.size === 0 ? undefined : users.get(pair(issuer, user))
  return (
    notLater('identity_provider', providers.cutoff(issuer), issuedAt) ??
    notLater('issuer', foreign.issuers.get(issuer), issuedAt) ??
    notLater('user', byUser, issuedAt) ??
    (organization === undefined
      ? undefined
      : notLater('organization', foreign.organizations.get(organization), issuedAt)) ??
    byResource(resources, index, issuedAt)
  )
}

function byResource(
  resources: readonly string[],
  { foreign }: LogIndex,
  issuedAt: number | undefined,
): Verdict {
  for (const resource of resources) {
    const verdict = notLater('resource', foreign.resources.get(resource), issuedAt)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

function notLater(
  rule: RevocationRule,
  cutoff: TimeCutoff | undefined,
  issuedAt: number | undefined,
): Verdict {
  if (cutoff === undefined) return undefined
  // Spelled so that NaN counts as no `iat` at all.
  const isLater = issuedAt !== undefined && issuedAt * 1000 > cutoff.notAfter
  return isLater ? undefined : revoked(rule, cutoff)
}

/** *Disabled* is a state for a user of an identity provider, which will go on issuing tokens. */
function blockedIdentity({ issuer, user }: ForeignFacts, { blocks }: LogIndex): Verdict {
  const by = user === undefined ? undefined : blocks.identity(issuer, user)
  return by === undefined ? undefined : blockedBy('user', by)
}

function isTrusted({ issuer, key }: ForeignFacts, { providers }: LogIndex): boolean {
  return providers.trusted(issuer)?.some((trusted) => trusted.key === key) ?? false
}
