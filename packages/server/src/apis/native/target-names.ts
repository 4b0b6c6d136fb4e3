import type { Actor, Authority } from '../../authority/index.ts'
import type { ToldTarget } from '../../revocation/stored-target.ts'
import { labelsOfClients, loginsOf, type Names, namesOfApis } from '../../store/queries/names.ts'
import { findOrganization } from '../../store/queries/organizations.ts'

/** What people call the target of a revocation; null where nothing of that name exists any more, or ever did. */
export type NameOfTarget = (target: ToldTarget) => string | null

/** The names of many targets, by one query for each kind of thing. */
export function namesOfTargets(
  authority: Authority,
  { organizationId }: Pick<Actor, 'organizationId'>,
  targets: readonly ToldTarget[],
): Promise<NameOfTarget> {
  const all = (member: string) => [...new Set(targets.flatMap((target) => textIn(target, member) ?? []))]
  return authority.store.read({ organizationId }, async (tx) => {
    const users = await loginsOf(tx, all('user'))
    const clients = await labelsOfClients(tx, all('client'))
    const apis = await namesOfApis(tx, all('resource'))
    const isWhole = targets.some(({ type }) => type === 'organization')
    const organization = isWhole ? ((await findOrganization(tx))?.name ?? null) : null
    return (target) => {
      switch (target.type) {
        case 'organization':
          return organization
        case 'authorization_server':
        case 'identity_provider':
          return textIn(target, 'issuer') ?? null
        default:
          return together([
            named(users, textIn(target, 'user')),
            named(clients, textIn(target, 'client')),
            named(apis, textIn(target, 'resource')),
          ])
      }
    }
  })
}

function textIn(target: ToldTarget, member: string): string | undefined {
  const value = target[member]
  return typeof value === 'string' ? value : undefined
}

function named(names: Names, id: string | undefined): string | undefined {
  return id === undefined ? undefined : names.get(id)
}

/** A user at an application has two names. */
function together(names: readonly (string | undefined)[]): string | null {
  const known = names.filter((name) => name !== undefined)
  return known.length === 0 ? null : known.join(' · ')
}
