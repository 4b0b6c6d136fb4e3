import { type Actor, type Authority, entryActor } from '../../authority/index.ts'
import { refuseForHigherUser } from '../../directory/roles-of-users.ts'
import { requireUserRow } from '../../directory/users.ts'
import { DomainError } from '../../errors/index.ts'
import { append } from '../../log/index.ts'
import type { WriteTx } from '../../store/index.ts'
import {
  deleteFederatedIdentity,
  findFederatedIdentity,
  insertFederatedIdentity,
  listFederatedIdentities,
} from '../../store/queries/federated-identities.ts'
import type { UserRow } from '../../store/queries/users.ts'
import { federationOfActor } from '../federations.ts'
import { type OidcProvider, oidcOnly, providerNotFound } from '../identity-provider.ts'
import { getIdentityProvider, listIdentityProviders } from '../identity-providers.ts'

/** Who a user is at an identity provider. */
export interface LinkedIdentity {
  readonly issuer: string
  /** The value of the provider's user claim. */
  readonly subject: string
  /** The providers of the federation that have this issuer: signing in through any of them comes to this user. */
  readonly identityProviders: readonly string[]
  readonly linkedAt: number
}

/** As whom a user is known at identity providers, the oldest first. @throws DomainError `not_found` */
export async function listIdentities(
  authority: Authority,
  actor: Actor,
  reference: string,
): Promise<readonly LinkedIdentity[]> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const user = await requireUserRow(tx, actor, reference)
    return listFederatedIdentities(tx, user.id)
  })
  const federation = await federationOfActor(authority, actor)
  const providers = federation && (await listIdentityProviders(authority, actor, federation.id))
  return rows.map(({ issuer, subject, created_at: linkedAt }) => {
    const known = providers?.filter(({ provider }) => provider.issuerUri === issuer) ?? []
    return { issuer, subject, identityProviders: known.map(({ provider }) => provider.id), linkedAt }
  })
}

/**
 * Says who a user is at a provider of the organization's federation, so that signing in there comes to this user. To
 * say it again changes nothing. Whoever runs the provider can sign in as the user from then on: so nobody links a user
 * who may do more than themselves.
 *
 * @throws DomainError `not_found`, `identity_provider_not_oidc`, `identity_taken`, `permission_denied`
 */
export async function linkIdentity(
  authority: Authority,
  actor: Actor,
  reference: string,
  providerId: string,
  subject: string,
): Promise<LinkedIdentity> {
  const { id, issuerUri: issuer } = await providerOf(authority, actor, providerId)
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const user = await requireUserRow(tx, actor, reference)
    await refuseForHigherUser(tx, actor, user.id)
    const row = { issuer, subject, user_id: user.id, created_at: at }
    const identity = { issuer, subject, identityProviders: [id] }
    if (await insertFederatedIdentity(tx, row)) {
      await tell(tx, actor, user, { linked: { identity_provider: id, issuer, subject } }, at)
      return { ...identity, linkedAt: at }
    }
    const known = await findFederatedIdentity(tx, issuer, subject)
    if (known?.user_id !== user.id) throw new DomainError('identity_taken')
    return { ...identity, linkedAt: known.created_at }
  })
}

/**
 * Forgets who a user is at a provider. What came of sign-ins there goes on, until it is revoked; whoever signs in there
 * once more is a new user, where the organization lets them be made.
 *
 * @throws DomainError `not_found`, `identity_provider_not_oidc`, `permission_denied`
 */
export async function unlinkIdentity(
  authority: Authority,
  actor: Actor,
  reference: string,
  providerId: string,
): Promise<void> {
  const { id, issuerUri: issuer } = await providerOf(authority, actor, providerId)
  const at = authority.clock.now()
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const user = await requireUserRow(tx, actor, reference)
    await refuseForHigherUser(tx, actor, user.id)
    const subjects = await deleteFederatedIdentity(tx, issuer, user.id)
    if (subjects.length === 0) throw new DomainError('not_found', { type: 'identity', id })
    for (const subject of subjects)
      await tell(tx, actor, user, { unlinked: { identity_provider: id, issuer, subject } }, at)
  })
}

async function providerOf(authority: Authority, actor: Actor, id: string): Promise<OidcProvider> {
  const federation = await federationOfActor(authority, actor)
  if (federation === undefined) throw providerNotFound(id)
  return oidcOnly((await getIdentityProvider(authority, actor, federation.id, id)).provider)
}

async function tell(tx: WriteTx, actor: Actor, { id }: UserRow, data: object, at: number): Promise<void> {
  const subject = { user: id }
  await append(tx, { kind: 'user.updated', subject, actor: entryActor(actor), data: { ...data } }, at)
}
