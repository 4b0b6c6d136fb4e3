import type { Actor, Authority } from '../../authority/index.ts'
import { VERSION } from '../../authority/index.ts'
import { accessListOf } from '../../directory/access-lists.ts'
import { getDigestKey } from '../../directory/digest-keys.ts'
import { rolesShown } from './api-key-shown.ts'
import { selfLink } from './pages.ts'
import { anybody } from './permissions.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'

/** `GET /api/atlas/v2`: which credential this is. The name of the application is the one that clients know. */
export const systemStatus: AtlasResource = (atlas, authority) => {
  atlas.route('GET /', {
    versions: ['2023-01-01'],
    limit: RATE_GROUPS.everythingElse,
    permission: anybody,
    run: ({ actor }) => (actor.type === 'digest_key' ? ownKey(authority, actor) : Promise.resolve(null)),
    answer: (apiKey, { publicUrl }) => ({
      apiKey,
      appName: 'MongoDB Atlas',
      build: VERSION,
      links: selfLink(publicUrl, ''),
      throttling: false,
    }),
  })
}

async function ownKey(authority: Authority, actor: Actor) {
  const key = await getDigestKey(authority, actor, actor.id)
  const { organizationId } = actor
  const networks = await authority.store.read({ organizationId }, (tx) => accessListOf(tx, actor.id))
  return {
    accessList: networks.map(({ network }) => ({
      cidrBlock: network,
      ipAddress: network.split('/', 1)[0],
    })),
    id: key.id,
    publicKey: key.publicKey,
    roles: rolesShown(key, organizationId),
  }
}
