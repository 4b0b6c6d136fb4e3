import type { FastifyInstance } from 'fastify'
import type { Actor, Authority } from '../../src/authority/index.ts'
import type { OrganizationRole } from '../../src/directory/granted-roles.ts'
import { createServiceAccount } from '../../src/directory/service-accounts.ts'

/** What a request of a service account carries, whichever version it asks for. */
export interface AtlasHeaders {
  readonly authorization: string
  readonly accept: string
}

/** The newest version that Atlas has published: resources answer with the newest that they have. */
export const NEWEST = 'application/vnd.atlas.2025-03-12+json'

/** A service account with these roles, and the headers of its requests. */
export async function createAtlasCaller(
  authority: Authority,
  app: FastifyInstance,
  actor: Actor,
  ...roles: readonly OrganizationRole[]
): Promise<AtlasHeaders & { readonly clientId: string; readonly basic: string }> {
  const draft = { name: 'caller', description: 'test', roles }
  const { account, secret } = await createServiceAccount(authority, actor, draft, 8)
  const basic = `Basic ${Buffer.from(`${account.clientId}:${secret.value.reveal()}`).toString('base64')}`
  const reply = await app.inject({
    method: 'POST',
    url: '/api/oauth/token',
    headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'grant_type=client_credentials',
  })
  const { access_token: token } = reply.json()
  return { authorization: `Bearer ${token}`, accept: NEWEST, clientId: account.clientId, basic }
}
