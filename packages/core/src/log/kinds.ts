import { integer, list, matching, type Of, oneOf, record, refined, type Shape, text } from './shape.ts'

/**
 * What carries authority from one request to the next. A floor is stated per class. Append, never reorder: the
 * place in this list is the binary form.
 */
export const ARTEFACT_CLASSES = [
  'access',
  'refresh',
  'grant',
  'session',
  'code',
  'interaction',
  'device_code',
  'pushed_request',
  'id',
  'reset_link',
  'console_session',
  'api_token',
  'service_token',
] as const
export type ArtefactClass = (typeof ARTEFACT_CLASSES)[number]

/** The ring of an authorization server's signing keys: the only ring that verifiers learn of. */
export const SIGNING_RING = 'signing'

const artefactClass = oneOf(ARTEFACT_CLASSES)
const id = text(512)
const uri = text(2048)
/** An RFC 7638 SHA-256 thumbprint. */
const thumbprint = matching(/^[A-Za-z0-9_-]{43}$/)
const base64url = matching(/^[A-Za-z0-9_-]{1,2732}$/)
const nothing = record({})

/** A public JWK: the members that make the key and name it, none of the private ones. */
const publicJwk = record(
  { kty: oneOf(['RSA', 'EC', 'OKP']) },
  {
    kid: text(128),
    use: oneOf(['sig', 'enc']),
    alg: text(32),
    n: base64url,
    e: base64url,
    crv: text(16),
    x: base64url,
    y: base64url,
  },
)
export type EntryJwk = Of<typeof publicJwk>

const trustedKey = record({ key: thumbprint, jwk: publicJwk }, { kid: text(128) })
const trustedKeys = list(trustedKey, 256)
const identity = record({ issuer: uri, user: id })
/** Milliseconds since the epoch: a token that somebody else signed is void when its `iat` is not later. */
const notAfter = integer

/** A user here, or, with `issuer`, the user whom that identity provider calls so. */
const user = record({ user: id }, { issuer: uri })
const identities = list(identity, 256)
const keyOwner = { issuer: uri, client: id, resource: uri, authorization_server: id }
const key = record({ key: thumbprint }, keyOwner)
const ring = record({ ring: text(64) }, { kid: text(128), use: oneOf(['sig', 'enc']) })
const provider = record({ issuer: uri }, { identity_provider: id })
const providerById = record({ issuer: uri, identity_provider: id })
/** Which roles the members of an identity provider's group have in the organization. */
const groupRoles = record({ group: text(256), roles: list(text(128), 64) })

interface IndexedShape {
  /** The kind in the binary form. Never given to another kind. */
  readonly code: number
  readonly subject: Shape<unknown>
  readonly data: Shape<unknown>
}

/**
 * The kinds that the index is made of, with what each names and carries. A kind is never changed: what it lacks
 * comes as a new kind, with a new code. A reader that meets a code of which it knows nothing refuses the whole
 * frame, because it may be a revocation.
 */
export const INDEXED = {
  /** One token by `jti`; with `issuer`, one that this identity provider signed. `expires`: milliseconds. */
  'token.revoked': {
    code: 1,
    subject: record({ token: id }, { issuer: uri }),
    data: record({}, { class: artefactClass, expires: integer, resources: list(uri, 64) }),
  },
  /** A refresh-token family and all that carries it. */
  'grant.revoked': { code: 2, subject: record({ grant: id }), data: record({}, { expires: integer }) },
  /** By user + client, by client, or by issuer + client; voids only what carries a grant. */
  'refresh.revoked': {
    code: 3,
    subject: refined(record({ client: id }, { user: id, issuer: uri }), ({ user, issuer }) =>
      user !== undefined && issuer !== undefined ? 'names both a user and an issuer' : undefined,
    ),
    data: nothing,
  },
  /** The session itself, not what came of it. */
  'session.ended': { code: 4, subject: record({ session: id }), data: record({}, { expires: integer }) },
  /** The session and all that carries it. */
  'session.revoked': { code: 5, subject: record({ session: id }), data: record({}, { expires: integer }) },
  'user.revoked': { code: 6, subject: user, data: record({}, { identities, notAfter }) },
  'user.blocked': { code: 7, subject: user, data: record({}, { identities }) },
  'user.unblocked': { code: 8, subject: user, data: record({}, { identities }) },
  'client.revoked': { code: 9, subject: record({ client: id }), data: nothing },
  'client.blocked': { code: 10, subject: record({ client: id }), data: nothing },
  'client.unblocked': { code: 11, subject: record({ client: id }), data: nothing },
  'user_client.revoked': { code: 12, subject: record({ user: id, client: id }), data: nothing },
  'resource.revoked': { code: 13, subject: record({ resource: uri }), data: record({}, { notAfter }) },
  'resource.blocked': { code: 14, subject: record({ resource: uri }), data: nothing },
  'resource.unblocked': { code: 15, subject: record({ resource: uri }), data: nothing },
  /** An authorization server of ours by its `iss`, or, with `notAfter`, also what a foreign issuer signed. */
  'issuer.revoked': { code: 16, subject: record({ issuer: uri }), data: record({}, { notAfter }) },
  'organization.revoked': { code: 17, subject: record({ organization: id }), data: record({}, { notAfter }) },
  'key.published': {
    code: 18,
    subject: key,
    data: record({ ring: text(64), kid: text(128), jwk: publicJwk }, { use: oneOf(['sig', 'enc']) }),
  },
  'key.activated': { code: 19, subject: key, data: ring },
  'key.retired': { code: 20, subject: key, data: ring },
  'key.revoked': { code: 21, subject: key, data: record({}, { ring: text(64), kid: text(128) }) },
  /** `keys`: the trusted set after a fetch that succeeded; without one nothing is trusted. */
  'idp_jwks.revoked': {
    code: 22,
    subject: provider,
    data: record({ epoch: integer, notAfter }, { keys: trustedKeys, blocked: list(thumbprint, 4096) }),
  },
  'idp_jwks.refreshed': {
    code: 23,
    subject: provider,
    data: record({ epoch: integer, keys: trustedKeys }, { blocked: list(thumbprint, 4096) }),
  },
  /**
   * The organization takes tokens of the provider, for this audience: which claims name the user and the groups, and
   * which roles a group stands for. The keys are told apart, by issuer.
   */
  'identity_provider.trusted': {
    code: 25,
    subject: providerById,
    data: record(
      { audience: uri, userClaim: text(256) },
      { groupsClaim: text(256), roles: list(groupRoles, 1024) },
    ),
  },
  'identity_provider.distrusted': { code: 26, subject: providerById, data: nothing },
  /** No unexpired artefact of the class has a position below `floor` in this incarnation. */
  'index.floor': { code: 24, subject: nothing, data: record({ class: artefactClass, floor: integer }) },
} as const satisfies Record<string, IndexedShape>

export type IndexedKind = keyof typeof INDEXED
export type SubjectOf<K extends IndexedKind> = Of<(typeof INDEXED)[K]['subject']>
export type DataOf<K extends IndexedKind> = Of<(typeof INDEXED)[K]['data']>

/**
 * Whether entries of this kind make up the index. Only these are needed to rebuild it; every other kind is a
 * record of something that voids nothing.
 */
export function isIndexed(kind: string): kind is IndexedKind {
  return Object.hasOwn(INDEXED, kind)
}

/** The kinds for which `isIndexed` holds. */
export const INDEXED_KINDS: readonly IndexedKind[] = Object.keys(INDEXED).filter(isIndexed)
