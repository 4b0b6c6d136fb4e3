import type { Actor, Authority } from '../../../authority/index.ts'
import type { Application } from '../../../directory/application.ts'
import { listApplications } from '../../../directory/applications.ts'
import {
  type AuthorizationServer,
  listAuthorizationServers,
} from '../../../directory/authorization-servers.ts'
import { listApiEncryptionKeys } from '../../../keys/api-encryption-keys.ts'
import { nextRotationOf, type StoredSigningRing } from '../../../keys/signing-keys.ts'
import { loadSigningRing } from '../../../keys/signing-ring.ts'
import { type KeyOwner, lastKeyUses } from '../../../store/queries/key-uses.ts'
import { pages, timeOf } from './method.ts'

const PAGE = 200
const DAY = 86_400_000

/** One key of any ring, as a row of `rescind.keys.all`. */
export interface KeyRow {
  readonly id: string
  readonly kid: string | null
  readonly thumbprint: string
  readonly owner_type: 'application' | 'authorization_server' | 'organization'
  readonly owner_id: string
  readonly owner: string
  readonly application: string | null
  readonly ring: 'client' | 'api_encryption' | 'signing'
  readonly use: 'sig' | 'enc'
  readonly kty: string
  readonly alg: string | null
  readonly status: string
  readonly created: string | null
  readonly age_days: number
  readonly next_rotation: string | null
  readonly last_token_signed: string | null
}

/** Every key of every ring of an organization, an owner at a time. */
export async function* everyKey(authority: Authority, actor: Actor): AsyncGenerator<readonly KeyRow[]> {
  for (const application of await allApplications(authority, actor)) {
    if (application.keys.length > 0) yield await keysOfClient(authority, actor, application)
  }
  const servers = await allServers(authority, actor)
  for (const server of servers) {
    yield await signingKeysOf(authority, actor, {
      type: 'authorization_server',
      id: server.id,
      name: server.name,
    })
    yield await encryptionKeysOf(authority, actor, server)
  }
  const { organizationId: id } = actor
  yield await signingKeysOf(authority, actor, { type: 'organization', id, name: id })
}

async function allApplications(authority: Authority, actor: Actor): Promise<readonly Application[]> {
  const { items } = await pages<Application, Cursor>(Number.POSITIVE_INFINITY, PAGE, async (limit, after) =>
    page(await listApplications(authority, actor, { limit, ...(after !== undefined && { after }) }), limit),
  )
  return items
}

async function allServers(authority: Authority, actor: Actor): Promise<readonly AuthorizationServer[]> {
  const { items } = await pages<AuthorizationServer, Cursor>(
    Number.POSITIVE_INFINITY,
    PAGE,
    async (limit, after) =>
      page(
        await listAuthorizationServers(authority, actor, { limit, ...(after !== undefined && { after }) }),
        limit,
      ),
  )
  return items
}

interface Cursor {
  readonly createdAt: number
  readonly id: string
}

function page<Item extends Cursor>(items: readonly Item[], limit: number) {
  const last = items.at(-1)
  return { items, next: items.length < limit || last === undefined ? undefined : last }
}

async function keysOfClient(authority: Authority, actor: Actor, application: Application): Promise<KeyRow[]> {
  const uses = await usesOf(authority, actor, { client: application.clientId })
  return application.keys.map((key) => ({
    id: key.id,
    kid: key.kid,
    thumbprint: key.thumbprint,
    owner_type: 'application',
    owner_id: application.id,
    owner: application.label,
    application: application.id,
    ring: 'client',
    use: key.use ?? 'sig',
    kty: key.material.kty,
    alg: key.alg,
    status: key.status,
    ...ageOf(authority, key.createdAt),
    next_rotation: null,
    last_token_signed: timeOf(uses.get(key.thumbprint)),
  }))
}

interface Signer {
  readonly type: 'authorization_server' | 'organization'
  readonly id: string
  readonly name: string
}

async function signingKeysOf(
  authority: Authority,
  actor: Actor,
  { type, id, name }: Signer,
): Promise<KeyRow[]> {
  const { organizationId } = actor
  // As it is: a ring that nobody has used yet has no keys, and looking at it makes none.
  const ring = await authority.store.read({ organizationId }, (tx) => loadSigningRing(tx, id))
  if (ring === undefined || ring.keys.length === 0) return []
  const uses = await usesOf(authority, actor, { issuer: id })
  return ring.keys.map((key) => ({
    id: key.kid,
    kid: key.kid,
    thumbprint: key.thumbprint,
    owner_type: type,
    owner_id: id,
    owner: name,
    application: null,
    ring: 'signing',
    use: 'sig',
    kty: key.publicJwk.kty,
    alg: key.algorithm,
    status: key.status,
    ...ageOf(authority, key.publishedAt),
    next_rotation: key.status === 'ACTIVE' ? rotationOf(ring) : null,
    last_token_signed: timeOf(uses.get(key.kid)),
  }))
}

function rotationOf(ring: StoredSigningRing): string | null {
  return timeOf(nextRotationOf(ring))
}

async function encryptionKeysOf(
  authority: Authority,
  actor: Actor,
  { id, name }: AuthorizationServer,
): Promise<KeyRow[]> {
  const keys = await listApiEncryptionKeys(authority, actor, id)
  return keys.map((key) => ({
    id: key.id,
    kid: key.kid,
    thumbprint: key.thumbprint,
    owner_type: 'authorization_server',
    owner_id: id,
    owner: name,
    application: null,
    ring: 'api_encryption',
    use: 'enc',
    kty: key.jwk.kty,
    alg: null,
    status: key.status,
    ...ageOf(authority, key.createdAt),
    next_rotation: null,
    last_token_signed: null,
  }))
}

async function usesOf(
  authority: Authority,
  actor: Actor,
  owner: KeyOwner,
): Promise<ReadonlyMap<string, number>> {
  const { organizationId } = actor
  const uses = await authority.store.read({ organizationId }, (tx) => lastKeyUses(tx, owner))
  return new Map(uses.map(({ key, at }) => [key, at]))
}

function ageOf({ clock }: Authority, createdAt: number) {
  return { created: timeOf(createdAt), age_days: Math.floor((clock.now() - createdAt) / DAY) }
}
