import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { Receipt } from '../../revocation/effect/receipt.ts'
import { type ReceiptKey, receiptKeys, rotateReceiptKey } from '../../revocation/effect/receipt-keys.ts'
import { receiptOf } from '../../revocation/effect/receipts.ts'
import type { OrganizationsByHost } from '../organization-by-host.ts'
import { actorOf } from './authentication.ts'
import { renderError } from './errors.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const Jwk = Type.Object({
  kty: Type.String(),
  crv: Type.Optional(Type.String()),
  x: Type.Optional(Type.String()),
  y: Type.Optional(Type.String()),
  kid: Type.String(),
  use: Type.Literal('sig'),
  alg: Type.Literal('ES256'),
})

/** `GET /revocations/{id}/receipt`: what was signed, and the signed text. `POST /receipt-keys`: another key signs. */
export function receipts(app: NativeApp, authority: Authority): void {
  app.get(
    '/revocations/:id/receipt',
    {
      schema: {
        params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 1024 }) }),
        response: { 200: Type.Object({ receipt: Receipt, jws: Type.String() }), ...RESPONSES },
      },
    },
    async (request) => receiptOf(authority, readerOf(actorOf(request)), request.params.id),
  )

  app.post(
    '/receipt-keys',
    {
      schema: {
        response: { 201: Type.Object({ kid: Type.String(), createdAt: Type.String() }), ...RESPONSES },
      },
    },
    async (request, reply) => {
      const { kid, createdAt } = await rotateReceiptKey(authority, administratorOf(actorOf(request)))
      reply.code(201)
      return { kid, createdAt: new Date(createdAt).toISOString() }
    },
  )
}

/**
 * `GET /receipt-keys`: a JWK set (RFC 7517) for everybody, because a receipt is for people who have no account here.
 * Which organization's: `organization`, else the host name's, else `default`.
 */
export function receiptKeysApi(authority: Authority, hosts: OrganizationsByHost): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.setErrorHandler(renderError)
    app.get(
      '/receipt-keys',
      {
        schema: {
          querystring: Type.Object(
            { organization: Type.Optional(Type.String({ pattern: '^[0-9a-f]{24}$' })) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ keys: Type.Array(Jwk) }), ...RESPONSES },
        },
      },
      async (request, reply) => {
        const { organization } = request.query
        const id = organization ?? (await hosts.organizationOf(request.hostname))
        reply.header('cache-control', 'public, max-age=60')
        return { keys: (await receiptKeys(authority, id)).map(published) }
      },
    )
  }
}

function published({ kid, jwk }: ReceiptKey) {
  return { ...jwk, kid, use: 'sig' as const, alg: 'ES256' as const }
}
