import type { AdapterPayload } from 'oidc-provider'
import type { Artefact, Judge } from '../../tokens/judge.ts'

/**
 * Leaves of the APIs that a code or a refresh token is for those whose tokens of its place are still good: what an
 * API's revocation has cut off must not come back through what was issued for it before.
 *
 * @param artefact whose payload it is, as standing sees it
 * @returns false where it was for APIs and none of them is left
 */
export function keepGoodResources(payload: AdapterPayload, judge: Judge, artefact: Artefact): boolean {
  const apis = resourcesOf(payload)
  const { place, subjects } = artefact.stamp
  const good = apis.filter((resource) =>
    judge.isGood({ ...artefact, stamp: { place, subjects: { ...subjects, resource } } }),
  )
  if (good.length < apis.length) payload.resource = good
  return good.length > 0 || apis.length === 0
}

/** The API that something is for, where it is for one alone: then the ledger can name it. */
export function onlyResource(payload: AdapterPayload): string | undefined {
  const [api, ...others] = resourcesOf(payload)
  return others.length === 0 ? api : undefined
}

function resourcesOf({ resource }: AdapterPayload): readonly string[] {
  if (typeof resource === 'string') return [resource]
  return Array.isArray(resource) ? resource.filter((api) => typeof api === 'string') : []
}
