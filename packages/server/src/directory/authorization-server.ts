import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { AuthorizationServers } from '../store/tables/authorization-servers.ts'
import { customIssuerUrl } from './issuer.ts'

export const ISSUER_MODES = ['ORG_URL', 'CUSTOM_URL', 'DYNAMIC'] as const
/** RFC 7518 section 4.3, and its SHA-384 and SHA-512 siblings: how the key of an encrypted access token travels. */
export const TOKEN_ENCRYPTION_ALGS = ['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'] as const

export type IssuerMode = (typeof ISSUER_MODES)[number]
export type TokenEncryptionAlg = (typeof TOKEN_ENCRYPTION_ALGS)[number]

/** A custom authorization server. Times are milliseconds since the epoch. */
export interface AuthorizationServer {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly description: string
  readonly audiences: readonly string[]
  /** The `iss` of its tokens. */
  readonly issuer: string
  readonly issuerMode: IssuerMode
  readonly status: 'ACTIVE' | 'INACTIVE'
  /** Null where access tokens are not encrypted. */
  readonly encryptionAlg: TokenEncryptionAlg | null
  /** Null where the encryption keys are kept here. */
  readonly jwksUri: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

const Stored = Type.Object({
  audiences: Type.Array(Type.String()),
  encryption_alg: Type.Union([Type.Null(), Type.Enum(TOKEN_ENCRYPTION_ALGS)]),
})
const stored = Compile(Stored)

/** @throws Error where the row does not hold what this release writes */
export function readAuthorizationServer(
  authority: Pick<Authority, 'publicUrl'>,
  row: AuthorizationServers,
): AuthorizationServer {
  const { audiences, encryption_alg }: Static<typeof Stored> = stored.Parse({
    audiences: JSON.parse(row.audiences),
    encryption_alg: row.encryption_alg,
  })
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    description: row.description,
    audiences,
    issuer: customIssuerUrl(authority, row.id),
    issuerMode: row.issuer_mode,
    status: row.status,
    encryptionAlg: encryption_alg,
    jwksUri: row.jwks_uri,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function authorizationServerNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'authorization_server', id })
}

/**
 * Where an API publishes its encryption keys: an absolute https URL (http on loopback names, for trying things
 * out) without credentials and fragment. Which addresses are really fetched is judged when fetching.
 *
 * @throws DomainError authorization_server_jwks_uri_refused
 */
export function checkJwksUri(uri: string): string {
  const url = URL.parse(uri)
  const isLoopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const isFetchable = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)
  if (url === null || !isFetchable || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new DomainError('authorization_server_jwks_uri_refused')
  return uri
}
