import type { Actor, Authority } from '../authority/index.ts'

/**
 * Whether the host of a request is another organization's: `<subdomain>.<host of the public URL>`. Any other
 * host name (the public one, a loopback address, a name that a proxy uses) names no organization.
 */
export async function namesAnotherOrganization(
  authority: Authority,
  hostname: string,
  actor: Actor,
): Promise<boolean> {
  const suffix = `.${new URL(authority.publicUrl).hostname}`
  const host = hostname.toLowerCase()
  if (!host.endsWith(suffix)) return false
  const own = await authority.store.read({ organizationId: actor.organizationId }, ({ db }) =>
    db
      .selectFrom('organizations')
      .select('subdomain')
      .where('id', '=', actor.organizationId)
      .executeTakeFirst(),
  )
  return own?.subdomain !== host.slice(0, -suffix.length)
}
