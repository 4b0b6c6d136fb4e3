import { generateKeyPairSync } from 'node:crypto'
import { openDocuments } from '../../support/documents.ts'
import type { Management } from '../../support/management.ts'

const NATIVE = '/api/rescind/v1'

/** As much of an identity provider as the console shows: discovery and keys. */
export interface PublishedProvider {
  readonly issuer: string
  /** What is published from now on; a kid that was there before keeps its key. */
  publish(...kids: readonly string[]): void
  close(): Promise<void>
}

export async function openProvider(...first: readonly string[]): Promise<PublishedProvider> {
  const keys = new Map<string, object>()
  const keyOf = (kid: string) => {
    const key = keys.get(kid) ?? {
      ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
      kid,
    }
    keys.set(kid, key)
    return key
  }
  let published = first
  const host = await openDocuments((request, response) => {
    const body = request.url?.endsWith('/openid-configuration')
      ? { issuer: host.origin, jwks_uri: `${host.origin}/keys` }
      : { keys: published.map(keyOf) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  return {
    issuer: host.origin,
    publish(...kids) {
      published = kids
    },
    close: () => host.close(),
  }
}

/** Makes it a provider of the federation that the first start makes, whose organizations take its tokens. */
export async function connectProvider(admin: Management, issuer: string, displayName: string): Promise<void> {
  const { federationSettingsId: federation } = await admin.ok(`GET ${NATIVE}/bootstrap`)
  const { id } = await admin.ok(`POST ${NATIVE}/federations/${federation}/identity-providers`, {
    idpType: 'WORKLOAD',
    displayName,
    issuerUri: issuer,
    audience: 'orders',
    authorizationType: 'USER',
    userClaim: 'sub',
  })
  const { items } = await admin.ok(`GET ${NATIVE}/federations/${federation}/organizations`)
  for (const { organizationId } of items)
    await admin.ok(`PUT ${NATIVE}/federations/${federation}/organizations/${organizationId}`, {
      identityProviders: [id],
    })
}
