import type { DigestKey } from '../../directory/digest-keys.ts'
import type { Secret } from '../../secrets/index.ts'
import { selfLink } from './pages.ts'

/** A digest key as Atlas shows one, its private half masked but in the one answer that shows it. */
export function apiKeyShown(key: DigestKey, organizationId: string, publicUrl: string, privateKey?: Secret) {
  return {
    desc: key.description,
    id: key.id,
    links: selfLink(publicUrl, `/orgs/${organizationId}/apiKeys/${key.id}`),
    privateKey: privateKey?.reveal() ?? `********-****-****-${key.privateKeyEnd ?? '*'.repeat(12)}`,
    publicKey: key.publicKey,
    roles: rolesShown(key, organizationId),
  }
}

export function rolesShown({ roles, memberships }: DigestKey, organizationId: string) {
  return [
    ...roles.map((roleName) => ({ orgId: organizationId, roleName })),
    ...memberships.flatMap((member) =>
      member.roles.map((roleName) => ({ groupId: member.groupId, roleName })),
    ),
  ]
}
