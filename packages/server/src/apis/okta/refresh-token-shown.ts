import { type Static, Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { findIssuer } from '../../directory/issuer.ts'
import type { RefreshToken } from '../../revocation/refresh-tokens.ts'
import { findApplicationByClientId } from '../../store/queries/applications.ts'
import { listScopes } from '../../store/queries/scopes.ts'
import { serverHref } from './authorization-server-parts.ts'
import { PAGE_PARAMETERS } from './pagination.ts'
import { oktaTime } from './times.ts'

/** `expand=scope` puts the scopes' descriptions into the answer. */
export const Expand = Type.Object({ expand: Type.Optional(Type.Literal('scope')) })
export const TokenList = Type.Object({ ...Expand.properties, ...PAGE_PARAMETERS })
export const ServerTokenList = Type.Object({
  ...TokenList.properties,
  limit: Type.Optional(Type.Integer({ minimum: -1, maximum: 200 })),
})
export type Expand = Static<typeof Expand>

/**
 * A refresh token's id in Okta's form: that of its family (`oag…`) under Okta's prefix. So a token keeps its id when
 * it is exchanged for its successor, and revoking one means revoking what came of one consent and sign-in.
 */
export function oktaTokenId(family: string): string {
  return `oar${family.slice(3)}`
}

/** The family that an id means; one that is no id of ours means a family that nobody has. */
export function familyOf(tokenId: string): string {
  return tokenId.startsWith('oar') ? `oag${tokenId.slice(3)}` : ''
}

type ScopeRow = Awaited<ReturnType<typeof listScopes>>[number]

/** What a page of tokens has to say beside the tokens themselves. */
interface Surroundings {
  readonly applicationId: string | undefined
  readonly label: string | undefined
  readonly issuer: string
  /** Undefined for the organization's own authorization server, which this API does not list. */
  readonly server: string | undefined
  readonly scopes: readonly ScopeRow[]
}

/**
 * Refresh tokens as Okta shows them, without their values.
 *
 * @param path of the list they are in, below `/api/v1`
 */
export async function showRefreshTokens(
  authority: Authority,
  actor: Actor,
  tokens: readonly RefreshToken[],
  path: string,
  { expand }: Expand,
) {
  const known = new Map<string, Surroundings>()
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const shown = []
    for (const token of tokens) {
      const { client_id, issuer_id } = token.row
      const name = `${client_id} ${issuer_id}`
      let around = known.get(name)
      if (around === undefined) {
        const application = await findApplicationByClientId(tx, client_id)
        const issuer = await findIssuer(authority, tx, issuer_id)
        const server = issuer_id === actor.organizationId ? undefined : issuer_id
        around = {
          applicationId: application?.id,
          label: application?.label,
          issuer: issuer?.url ?? '',
          server,
          scopes: expand === undefined || server === undefined ? [] : await listScopes(tx, server),
        }
        known.set(name, around)
      }
      shown.push(show(token, around, path, authority.publicUrl, expand !== undefined))
    }
    return shown
  })
}

function show(
  { family, row }: RefreshToken,
  around: Surroundings,
  path: string,
  publicUrl: string,
  isExpanded: boolean,
) {
  const id = oktaTokenId(family)
  const scopes = row.scopes === '' ? [] : row.scopes.split(' ')
  const href = `${publicUrl}/api/v1${path}/${id}`
  const { applicationId, label: title, server } = around
  return {
    id,
    status: 'ACTIVE',
    created: oktaTime(row.issued_at),
    lastUpdated: oktaTime(row.last_used_at ?? row.issued_at),
    expiresAt: oktaTime(row.expires_at),
    issuer: around.issuer,
    clientId: row.client_id,
    userId: row.user_id,
    scopes,
    ...(isExpanded && {
      _embedded: {
        scopes: around.scopes
          .filter(({ name }) => scopes.includes(name))
          .map((scope) => showScope(scope, server, publicUrl)),
      },
    }),
    // No `self`: Okta's SDKs cache what has one, and would show a revoked token as active.
    _links: {
      ...(applicationId !== undefined && {
        app: { href: `${publicUrl}/api/v1/apps/${applicationId}`, title },
      }),
      revoke: { href, hints: { allow: ['DELETE'] } },
      client: { href: `${publicUrl}/oauth2/v1/clients/${row.client_id}`, title },
      ...(row.user_id !== null && { user: { href: `${publicUrl}/api/v1/users/${row.user_id}` } }),
      ...(server !== undefined && { authorizationServer: { href: serverHref(publicUrl, server) } }),
    },
  }
}

function showScope(
  { id, name, display_name: displayName, description }: ScopeRow,
  server: string | undefined,
  publicUrl: string,
) {
  return {
    id,
    name,
    ...(displayName !== null && { displayName }),
    description,
    ...(server !== undefined && {
      _links: { scope: { href: serverHref(publicUrl, server, 'scopes', id), title: displayName ?? name } },
    }),
  }
}
