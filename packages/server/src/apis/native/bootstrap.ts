import { Type } from '@fastify/type-provider-typebox'
import { type Authority, VERSION } from '../../authority/index.ts'
import { landmarks } from '../../directory/organizations.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { RESPONSES } from './responses.ts'

const Bootstrap = Type.Object({
  organizationId: Type.String(),
  federationSettingsId: Type.Union([Type.String(), Type.Null()]),
  authorizationServerId: Type.Union([Type.String(), Type.Null()]),
  publicUrl: Type.String(),
  version: Type.String(),
})

/** `GET /bootstrap` (administrators): the ids that a script needs first. */
export function bootstrap(app: NativeApp, authority: Authority): void {
  app.get('/bootstrap', { schema: { response: { 200: Bootstrap, ...RESPONSES } } }, async (request) => {
    const ids = await landmarks(authority, actorOf(request))
    return { ...ids, publicUrl: authority.publicUrl, version: VERSION }
  })
}
