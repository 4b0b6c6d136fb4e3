import { createVerifier, type NodeVerifierOptions, type Verifier, VerifierError } from '@rescind/verifier'
import type { TestDatabase } from './databases.ts'
import {
  createClient,
  createServer,
  Management,
  type TestApi,
  type TestClient,
  type TokenFormat,
} from './management.ts'
import { openNodes, type TestNodes } from './nodes.ts'

/** A running authority, an API with a cluster of verifiers, and a service that gets tokens for it. */
export interface VerifierWorld {
  readonly nodes: TestNodes
  readonly admin: Management
  readonly api: TestApi
  readonly service: TestClient
  /** The cluster's id and credential. */
  readonly cluster: string
  readonly credential: string
  /** An access token by client credentials. */
  token(client?: TestClient, api?: TestApi): Promise<string>
  /** A verifier of the API; closed with the world. */
  verifier(options?: Partial<NodeVerifierOptions>): Promise<Verifier>
  close(): Promise<void>
}

export async function openVerifierWorld(
  database: TestDatabase,
  options: {
    readonly format?: TokenFormat
    readonly cluster?: Readonly<Record<string, unknown>>
    readonly identityProviders?: readonly string[]
  } = {},
): Promise<VerifierWorld> {
  const nodes = await openNodes(database)
  const admin = new Management(nodes.publicUrl, nodes.apiToken)
  const api = await createServer(admin, options.format ?? 'jwt')
  const service = await createClient(admin, { type: 'service' })
  for (const issuer of options.identityProviders ?? []) await addProvider(admin, issuer)
  const { id: cluster } = await admin.ok('POST /api/rescind/v1/clusters', {
    name: 'orders',
    apis: [api.id],
    identityProviders: options.identityProviders ?? [],
    ...options.cluster,
  })
  const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${cluster}/credentials`)
  const opened: Verifier[] = []
  return {
    nodes,
    admin,
    api,
    service,
    cluster,
    credential,
    token: (client = service, resource = api) => issue(client, resource),
    async verifier(more = {}) {
      const verifier = await createVerifier({
        authority: nodes.publicUrl,
        credential,
        audience: api.identifier,
        startTimeout: 20_000,
        ...more,
      })
      opened.push(verifier)
      return verifier
    },
    async close() {
      for (const verifier of opened) await verifier.close()
      await nodes.close()
    },
  }
}

/** A provider of the federation that the first start makes. */
export async function addProvider(admin: Management, issuerUri: string): Promise<string> {
  const { federationSettingsId } = await admin.ok('GET /api/rescind/v1/bootstrap')
  const { id } = await admin.ok(
    `POST /api/rescind/v1/federations/${federationSettingsId}/identity-providers`,
    {
      idpType: 'WORKLOAD',
      displayName: 'robots',
      issuerUri,
      audience: 'orders',
      authorizationType: 'USER',
      userClaim: 'sub',
    },
  )
  return id
}

/** An access token for an API by client credentials. @throws Error with the answer where there is none */
export async function issue(
  { clientId, secret = '' }: TestClient,
  { issuer, identifier }: TestApi,
): Promise<string> {
  const reply = await fetch(`${issuer}/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'orders:read',
      resource: identifier,
    }),
  })
  const body: unknown = JSON.parse(await reply.text())
  if (typeof body === 'object' && body !== null && 'access_token' in body) return String(body.access_token)
  throw new Error(`no token: ${JSON.stringify(body)}`)
}

/** `accepted`, or the code of the refusal. */
export async function verdictOf(verifier: Verifier, token: string): Promise<string> {
  try {
    await verifier.verify(token)
    return 'accepted'
  } catch (failure) {
    if (failure instanceof VerifierError) return failure.code
    throw failure
  }
}

/** Resolves once a verifier has applied the log up to a sequence. */
export async function reached(verifier: Verifier, seq: number): Promise<void> {
  await until(() => Number(verifier.position.split('.')[2]) >= seq)
}

/** Looks again at every turn of the event loop: nothing is waited for longer than it takes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
