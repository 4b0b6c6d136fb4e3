import { Type } from '@fastify/type-provider-typebox'
import { formatPosition, REASON_CODES } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { MOST_TOKENS_AT_ONCE, revokeTokens } from '../../revocation/revoke-tokens.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const Batch = Type.Object(
  {
    tokens: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: MOST_TOKENS_AT_ONCE,
    }),
    reason: Type.Enum(REASON_CODES),
    note: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  { additionalProperties: false },
)
const Revoked = Type.Object({
  revoked: Type.Integer(),
  alreadyRevoked: Type.Integer(),
  unknown: Type.Array(Type.String()),
  /** Whoever has applied it refuses all of them. */
  position: Type.String(),
})

/** `POST /revocations/batch`: the tokens that somebody has ticked, all of them or none. */
export function revocationBatch(app: NativeApp, authority: Authority): void {
  app.post(
    '/revocations/batch',
    { schema: { body: Batch, response: { 201: Revoked, ...RESPONSES } } },
    async (request, reply) => {
      const { tokens, reason, note } = request.body
      const why = { reason, ...(note === undefined ? {} : { note }) }
      const done = await revokeTokens(authority, administratorOf(actorOf(request)), tokens, why)
      reply.code(201)
      return {
        revoked: done.revoked,
        alreadyRevoked: done.repeated,
        unknown: [...done.unknown],
        position: formatPosition(done.position),
      }
    },
  )
}
