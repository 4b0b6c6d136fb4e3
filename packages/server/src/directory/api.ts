import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../errors/index.ts'
import type { Apis } from '../store/tables/apis.ts'

export const TOKEN_FORMATS = ['jwt', 'opaque'] as const
export type TokenFormat = (typeof TOKEN_FORMATS)[number]

/** Seconds. The longest bounds how long a retired signing key stays published. */
export const ACCESS_TOKEN_LIFETIME = { shortest: 1, usual: 3_600, longest: 86_400 } as const

/** An API (resource server): what access tokens are for. Times are milliseconds since the epoch. */
export interface Api {
  readonly id: string
  /** The audience of its tokens, and its name in the log. */
  readonly identifier: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly tokenFormat: TokenFormat
  readonly authorizationServerId: string
  /** Seconds. */
  readonly accessTokenLifetime: number
  /** While it is not, no token is issued for it, and none is good. */
  readonly enabled: boolean
  /** Whether its access tokens have a place in a token status list, for verifiers that read one. */
  readonly statusList: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

const scopes = Compile(Type.Array(Type.String()))

export function readApi(row: Omit<Apis, 'organization_id'>): Api {
  return {
    id: row.id,
    identifier: row.identifier,
    name: row.name,
    scopes: scopes.Parse(JSON.parse(row.scopes)),
    tokenFormat: row.token_format,
    authorizationServerId: row.authorization_server_id,
    accessTokenLifetime: row.access_token_lifetime,
    enabled: row.enabled === 1,
    statusList: row.status_list === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function apiNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'api', id })
}
