import type { Entry, Mark } from '@rescind/core/log'
import type { ForeignFacts, OwnFacts, Standing, TokenFacts } from '@rescind/core/standing'
import { CLASSES, LOG } from '../log/world.ts'

/**
 * What standing is, said as plainly as possible: a walk over the whole log for each question. Slow, and too simple
 * to be wrong in the way that an index can be.
 */
export function modelStanding(facts: TokenFacts, log: readonly Entry[], head: Mark): Standing['standing'] {
  return facts.origin === 'own' ? own(facts, log, head) : foreign(facts, log)
}

/** The subject of any kind. */
type Named = Readonly<Record<string, string | undefined>>

function own(facts: OwnFacts, log: readonly Entry[], head: Mark): Standing['standing'] {
  const { position } = facts
  const present = log.filter((entry) => entry.position.incarnation === head.incarnation)
  const floor = (of: string) =>
    Math.max(
      0,
      ...present.map((entry) =>
        entry.kind === 'index.floor' && entry.data.class === of ? entry.data.floor : 0,
      ),
    )
  const common = Math.min(...CLASSES.map(floor))
  if ([facts.key, ...(facts.assertionKeys ?? [])].some((key) => key !== undefined && isKeyVoid(key, log))) {
    return 'revoked'
  }
  if (position === undefined || position.log !== LOG || position.incarnation < head.incarnation)
    return 'revoked'
  const isNow = position.incarnation === head.incarnation
  if (isNow && position.seq < floor(facts.class)) return 'revoked'
  for (const entry of present) {
    const below = isNow && position.seq < entry.position.seq
    const kept = entry.position.seq > common
    const subject: Named = entry.subject
    switch (entry.kind) {
      case 'token.revoked': {
        const { class: of } = entry.data ?? {}
        const isKept = of === undefined ? kept : of === facts.class && entry.position.seq > floor(of)
        if (entry.subject.issuer === undefined && subject.token === facts.token && isKept) return 'revoked'
        break
      }
      case 'grant.revoked':
        if (kept && subject.grant === facts.grant) return 'revoked'
        break
      case 'session.revoked':
        if (kept && subject.session === facts.session) return 'revoked'
        break
      case 'session.ended':
        if (kept && facts.class === 'session' && subject.session === facts.session) return 'revoked'
        break
      case 'user.revoked':
        if (below && entry.subject.issuer === undefined && has(facts.users, subject.user)) return 'revoked'
        break
      case 'client.revoked':
        if (below && has(facts.clients, subject.client)) return 'revoked'
        break
      case 'user_client.revoked':
        if (below && has(facts.users, subject.user) && has(facts.clients, subject.client)) return 'revoked'
        break
      case 'resource.revoked':
        if (below && has(facts.resources, subject.resource)) return 'revoked'
        break
      case 'issuer.revoked':
        if (below && subject.issuer === facts.issuer) return 'revoked'
        break
      case 'organization.revoked':
        if (below && subject.organization === facts.organization) return 'revoked'
        break
      case 'idp_jwks.revoked': {
        const names = [entry.subject.issuer, entry.subject.identity_provider]
        if (below && (facts.providers ?? []).some((name) => names.includes(name))) return 'revoked'
        break
      }
      case 'refresh.revoked': {
        const { user, client, issuer } = entry.subject
        const isMeant =
          (user === undefined || has(facts.users, user)) && (issuer ?? facts.issuer) === facts.issuer
        if (below && facts.grant !== undefined && has(facts.clients, client) && isMeant) return 'revoked'
      }
    }
  }
  if (facts.users.some((user) => isBlocked('user', user, undefined, log))) return 'blocked'
  if (facts.clients.some((client) => isBlocked('client', client, undefined, log))) return 'blocked'
  if (facts.resources.some((resource) => isBlocked('resource', resource, undefined, log))) return 'blocked'
  if (!isNow || position.seq > head.seq) return 'ahead'
  return facts.key === undefined ? 'active' : keyStanding(facts, position, log)
}

function keyStanding({ key, issuer }: OwnFacts, position: Mark, log: readonly Entry[]): Standing['standing'] {
  const about = log.filter((entry) => {
    const isKeyEntry = ['key.published', 'key.activated', 'key.retired'].includes(entry.kind)
    return (
      isKeyEntry && 'key' in entry.subject && entry.subject.key === key && entry.subject.issuer === issuer
    )
  })
  if (!about.some(({ kind }) => kind === 'key.published')) return 'unknown_key'
  const changes = about.filter(
    (entry) => entry.kind !== 'key.published' && !isAfter(entry.position, position),
  )
  return changes.at(-1)?.kind === 'key.activated' ? 'active' : 'revoked'
}

function foreign(facts: ForeignFacts, log: readonly Entry[]): Standing['standing'] {
  if (isKeyVoid(facts.key, log)) return 'revoked'
  const iat = facts.issuedAt === undefined ? Number.NEGATIVE_INFINITY : facts.issuedAt * 1000
  for (const entry of log) {
    const subject: Named = entry.subject
    if (entry.kind === 'token.revoked' && subject.issuer === facts.issuer && subject.token === facts.token) {
      return 'revoked'
    }
    const notAfter = entry.data !== undefined && 'notAfter' in entry.data ? entry.data.notAfter : undefined
    if (typeof notAfter !== 'number' || iat > notAfter) continue
    if (entry.kind === 'idp_jwks.revoked' && subject.issuer === facts.issuer) return 'revoked'
    if (entry.kind === 'issuer.revoked' && subject.issuer === facts.issuer) return 'revoked'
    if (entry.kind === 'organization.revoked' && subject.organization === facts.organization) return 'revoked'
    if (entry.kind === 'resource.revoked' && has(facts.resources, subject.resource)) return 'revoked'
    if (entry.kind === 'user.revoked' && namesIdentity(entry, facts.issuer, facts.user)) return 'revoked'
  }
  if (isBlocked('user', facts.user, facts.issuer, log)) return 'blocked'
  if (facts.resources.some((resource) => isBlocked('resource', resource, undefined, log))) return 'blocked'
  const sets = log.filter(
    (entry) =>
      (entry.kind === 'idp_jwks.refreshed' || entry.kind === 'idp_jwks.revoked') &&
      entry.subject.issuer === facts.issuer,
  )
  const epoch = (entry: Entry) =>
    'epoch' in (entry.data ?? {}) ? (entry.data as { epoch: number }).epoch : 0
  const rank = (entry: Entry) => entry.position.incarnation * 1e6 + epoch(entry) * 1e3 + entry.position.seq
  const newest = sets.toSorted((a, b) => rank(a) - rank(b)).at(-1)
  const keys =
    newest?.data !== undefined && 'keys' in newest.data ? (newest.data.keys as { key: string }[]) : []
  return keys.some(({ key }) => key === facts.key) ? 'active' : 'unknown_key'
}

function isKeyVoid(key: string, log: readonly Entry[]): boolean {
  return log.some((entry) => {
    if (entry.kind === 'key.revoked') return entry.subject.key === key
    const isSet = entry.kind === 'idp_jwks.revoked' || entry.kind === 'idp_jwks.refreshed'
    return isSet && (entry.data.blocked ?? []).includes(key)
  })
}

function isBlocked(
  what: 'user' | 'client' | 'resource',
  name: string | undefined,
  issuer: string | undefined,
  log: readonly Entry[],
): boolean {
  const about = log.filter((entry) => {
    if (entry.kind !== `${what}.blocked` && entry.kind !== `${what}.unblocked`) return false
    return (
      ((entry.subject as Named)[what] === name && issuerOf(entry) === issuer) ||
      namesIdentity(entry, issuer, name)
    )
  })
  return about.at(-1)?.kind === `${what}.blocked`
}

function issuerOf({ subject }: Entry): string | undefined {
  return 'issuer' in subject ? subject.issuer : undefined
}

function namesIdentity(entry: Entry, issuer: string | undefined, user: string | undefined): boolean {
  if (user === undefined || issuer === undefined) return false
  if (issuerOf(entry) === issuer && 'user' in entry.subject && entry.subject.user === user) return true
  const identities =
    entry.data !== undefined && 'identities' in entry.data ? entry.data.identities : undefined
  return Array.isArray(identities) && identities.some((each) => each.issuer === issuer && each.user === user)
}

function has(names: readonly string[], name: string | undefined): boolean {
  return name !== undefined && names.includes(name)
}

function isAfter(a: Mark, b: Mark): boolean {
  return a.incarnation !== b.incarnation ? a.incarnation > b.incarnation : a.seq > b.seq
}
