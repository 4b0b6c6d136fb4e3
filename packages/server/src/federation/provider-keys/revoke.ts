import type { EntryContent, ReasonCode } from '@rescind/core/log'
import { type Actor, type Authority, entryActor } from '../../authority/index.ts'
import { append } from '../../log/index.ts'
import type { Resolve } from '../../outbound/index.ts'
import { keepRevocation } from '../../revocation/record.ts'
import { targetKey } from '../../revocation/target.ts'
import type { WriteTx } from '../../store/index.ts'
import { findIdentityProvider } from '../../store/queries/identity-providers.ts'
import { updateProviderKeySet } from '../../store/queries/provider-keys.ts'
import { findRevocationOfTarget, type NewRevocation } from '../../store/queries/revocations.ts'
import { type OidcProvider, oidcOnly, providerNotFound, readProvider } from '../identity-provider.ts'
import { connectedIds, readAsMember, writeAsMember } from '../members.ts'
import { latestTime } from './database-time.ts'
import { type FetchedKeys, fetchProviderKeys } from './fetch-keys.ts'
import {
  blockKeys,
  findKeyState,
  type KeyState,
  keyStateOf,
  suspectAll,
  takeIn,
  trustedKeys,
} from './key-state.ts'
import { pauseAfter, SCHEDULE } from './schedule.ts'
import { blockable, ownKeysApart, type Reach, reachOf } from './tell.ts'

/** Why, and what of it should be blocked although it is still published. */
export interface KeyRevocation {
  readonly reason: ReasonCode
  readonly note?: string | undefined
  /** Kids of keys to be blocked even if they are still published, by the thumbprints that they name at this moment. */
  readonly blockKids?: readonly string[] | undefined
}

/** A key as people know it. */
export interface NamedKey {
  readonly kid: string | null
  readonly thumbprint: string
}

/** What a revocation of an identity provider's keys came to. */
export interface KeysRevoked {
  readonly provider: OidcProvider
  /** `ok`, or why the provider could not be asked: then no key of it is trusted until a fetch succeeds. */
  readonly outcome: string
  readonly trusted: readonly NamedKey[]
  /** Blocked for ever by this revocation. */
  readonly blocked: readonly NamedKey[]
  /** Known before and still published: forgeries by them that are dated later would pass, unless they are blocked. */
  readonly stillPublished: readonly NamedKey[]
  /** Milliseconds: what the issuer signed no later than this is void, and what does not say when. */
  readonly notAfter: number
  /** The row that each organization of the federation has of it. */
  readonly revocations: ReadonlyMap<string, NewRevocation>
  /** Whether the actor's organization had revoked them before. */
  readonly repeated: boolean
}

/**
 * How far a provider's clock may be ahead of ours, in milliseconds: as far as verifiers believe it unless they are
 * told otherwise.
 */
const LEEWAY = 5_000

/**
 * Revokes the keys of an OpenID Connect provider: asks it for its keys past every cache, and in one transaction tells
 * the federation and every connected organization that what its issuer signed until now is void, that what came of
 * sign-ins through it is revoked, and that keys that are not published any more are blocked for ever. A provider that
 * cannot be reached is revoked all the same, and none of its keys is trusted until it can.
 *
 * @param resolve how names become addresses; the operating system's way unless told
 * @throws DomainError `not_found`, `identity_provider_not_oidc`
 */
export async function revokeProviderKeys(
  authority: Authority,
  actor: Actor,
  federationId: string,
  providerId: string,
  request: KeyRevocation,
  resolve?: Resolve,
): Promise<KeysRevoked> {
  const { issuerUri } = await readAsMember(authority, actor, federationId, async (tx) => {
    const row = await findIdentityProvider(tx, providerId)
    if (row === undefined) throw providerNotFound(providerId)
    return oidcOnly(readProvider(row))
  })
  const fetched = await fetchProviderKeys(authority, issuerUri, undefined, resolve)
  if (fetched.outcome === 'failed')
    authority.logger.warn(
      { federation: federationId, issuer: issuerUri, code: fetched.code },
      'the keys of an identity provider were revoked without having been fetched: none is trusted',
    )
  return writeAsMember(
    authority,
    actor,
    federationId,
    async (tx) => {
      const row = await findIdentityProvider(tx, providerId)
      if (row === undefined) throw providerNotFound(providerId)
      const provider = oidcOnly(readProvider(row))
      // It was moved to another issuer meanwhile: what was fetched is not its keys.
      const asked = provider.issuerUri === issuerUri ? fetched : UNASKED
      return revokeIn(authority, tx, actor, provider, request, asked)
    },
    'urgent',
  )
}

const UNASKED: FetchedKeys = { outcome: 'failed', code: 'network', message: 'not asked' }

async function revokeIn(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  provider: OidcProvider,
  request: KeyRevocation,
  fetched: FetchedKeys,
): Promise<KeysRevoked> {
  const { issuerUri: issuer } = provider
  const organizations = await connectedIds(tx)
  // Every head is locked before the time is taken, so that nothing is told in between.
  for (const id of organizations) await tx.within(id, async () => {})
  const at = authority.clock.now()
  const before = await keyStateOf(tx, issuer, at)
  const notAfter = Math.max((await latestTime(authority, tx)) + LEEWAY, before.set.not_after ?? 0)
  const epoch = before.set.epoch + 1
  const blocked = [...(await changeKeys(tx, before, fetched, request.blockKids ?? [], at))]
  const failures = fetched.outcome === 'ok' ? 0 : before.set.failures + 1
  await updateProviderKeySet(tx, issuer, {
    epoch,
    not_after: notAfter,
    revoked_at: at,
    changed_at: at,
    fetched_at: at,
    failures,
    ...(fetched.outcome === 'ok'
      ? {
          is_trusted: 1,
          outcome: 'ok',
          succeeded_at: at,
          jwks_uri: fetched.jwksUri,
          etag: fetched.etag,
          alarms: JSON.stringify(fetched.alarms),
          next_fetch_at: at + SCHEDULE.interval,
        }
      : {
          is_trusted: 0,
          outcome: fetched.outcome === 'failed' ? fetched.code : fetched.outcome,
          etag: null,
          next_fetch_at: at + pauseAfter(failures),
        }),
  })
  const after = await keyStateOf(tx, issuer, at)
  const entry: Revoked = {
    kind: 'idp_jwks.revoked',
    subject: { issuer },
    actor: entryActor(actor),
    reason: {
      code: request.reason,
      ...(request.note !== undefined && request.note !== '' && { text: request.note }),
    },
    data: { epoch, notAfter, keys: trustedKeys(after), blocked: await blockable(tx, issuer, blocked) },
  }
  const reach = await reachOf(tx, issuer)
  const told = await tellRevoked(authority, tx, actor, provider, request, entry, organizations, reach)
  const named = namesOf(after)
  return {
    provider,
    outcome: after.set.outcome,
    trusted: entry.data.keys?.map(({ key }) => named(key)) ?? [],
    blocked: blocked.map(named),
    stillPublished: after.keys
      .filter((key) => key.is_published === 1 && key.is_suspect === 1 && key.blocked_at === null)
      .map(({ thumbprint }) => named(thumbprint)),
    notAfter,
    revocations: told.revocations,
    repeated: told.repeated,
  }
}

/** @returns the thumbprints that are blocked from now on */
async function changeKeys(
  tx: WriteTx,
  before: KeyState,
  fetched: FetchedKeys,
  kids: readonly string[],
  at: number,
): Promise<ReadonlySet<string>> {
  const { issuer } = before.set
  const gone: readonly string[] =
    fetched.outcome === 'ok' ? (await takeIn(tx, before, fetched.keys, at, true)).blocked : []
  if (fetched.outcome !== 'ok') await suspectAll(tx, before)
  const present = (await findKeyState(tx, issuer)) ?? before
  const wanted = new Set(kids)
  const named = present.keys
    .filter((key) => key.is_published === 1 && wanted.has(key.kid ?? key.thumbprint))
    .map((key) => key.thumbprint)
  return new Set([...gone, ...(await blockKeys(tx, present, new Set(named), at))])
}

type Revoked = Extract<EntryContent, { kind: 'idp_jwks.revoked' }>

/**
 * One entry for each provider that has the issuer, because sessions remember by which of them they began; the one that
 * was asked for is the last, and the organization's revocation stands there. It goes to every organization of the
 * federation, since sessions outlive a connection; the keys go to those that trust them.
 */
async function tellRevoked(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  provider: OidcProvider,
  { reason, note }: KeyRevocation,
  entry: Revoked,
  organizations: readonly string[],
  reach: Reach,
): Promise<Pick<KeysRevoked, 'revocations' | 'repeated'>> {
  const { issuerUri: issuer } = provider
  const providers = [...reach.providers.filter((id) => id !== provider.id), provider.id]
  const target = { type: 'identity_provider', identity_provider: provider.id, issuer, providers } as const
  const why = { code: reason, ...(note !== undefined && { note }) }
  const revocations = new Map<string, NewRevocation>()
  let repeated = false
  const about = (id: string, data: Revoked['data']): Revoked => ({
    ...entry,
    subject: { issuer, identity_provider: id },
    data,
  })
  for (const id of providers) await append(tx, about(id, entry.data), authority.clock.now())
  for (const organization of organizations) {
    await tx.within(organization, async (own) => {
      const { keys, ...rest } = entry.data
      const isConnected = reach.organizations.includes(organization)
      const blocked = (await ownKeysApart(own, rest.blocked)) ?? []
      const data = { ...rest, blocked, ...(isConnected && keys !== undefined && { keys }) }
      const known = await findRevocationOfTarget(own, targetKey(target))
      for (const id of providers) {
        const position = await append(own, about(id, data), authority.clock.now())
        if (id !== provider.id) continue
        const row = await keepRevocation(authority, own, actor, target, why, position, known)
        revocations.set(organization, row)
      }
      if (organization === actor.organizationId) repeated = known !== undefined
    })
  }
  return { revocations, repeated }
}

function namesOf({ keys }: KeyState): (thumbprint: string) => NamedKey {
  const kids = new Map(keys.map((key) => [key.thumbprint, key.kid]))
  return (thumbprint) => ({ thumbprint, kid: kids.get(thumbprint) ?? null })
}
