import { Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { getPolicy, replacePolicy, TRIGGERS } from '../../directory/policy.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const Cap = Type.Union([Type.Integer({ minimum: 1, maximum: 10_000 }), Type.Null()])
const Given = Type.Object(
  {
    tokensPerUserAndApplication: Type.Optional(Cap),
    triggers: Type.Optional(
      Type.Partial(Type.Record(Type.Enum(TRIGGERS), Type.Boolean()), { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
)
const Policy = Type.Object({
  tokensPerUserAndApplication: Cap,
  triggers: Type.Record(Type.Enum(TRIGGERS), Type.Boolean()),
})

/** `GET·PUT /policy`: what the organization has decided about its tokens. */
export function policy(app: NativeApp, authority: Authority): void {
  app.get('/policy', { schema: { response: { 200: Policy, ...RESPONSES } } }, (request) =>
    getPolicy(authority, readerOf(actorOf(request))),
  )

  app.put('/policy', { schema: { body: Given, response: { 200: Policy, ...RESPONSES } } }, (request) =>
    replacePolicy(authority, administratorOf(actorOf(request)), request.body),
  )
}
