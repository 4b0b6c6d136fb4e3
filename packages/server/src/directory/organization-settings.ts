import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx } from '../store/index.ts'
import { findOrganizationSettings, saveOrganizationSettings } from '../store/queries/organization-settings.ts'

/** The most hours that a secret of a service account may live where the organization says nothing: a year. */
export const SECRET_HOURS = { least: 8, most: 8_760 } as const

/** What an organization has decided about the credentials of its Atlas Administration API. */
export interface OrganizationSettings {
  /** Whether a credential without an access list may be used from nowhere. */
  readonly accessListRequired: boolean
  /** The most hours that a new secret of a service account may live; null: what the product allows. */
  readonly secretHoursLimit: number | null
}

export async function settingsOf(tx: ReadTx): Promise<OrganizationSettings> {
  const row = await findOrganizationSettings(tx)
  return {
    accessListRequired: row?.access_list_required === 1,
    secretHoursLimit: row?.secret_hours_limit ?? null,
  }
}

export function getSettings(authority: Authority, actor: Actor): Promise<OrganizationSettings> {
  return authority.store.read({ organizationId: actor.organizationId }, settingsOf)
}

/** Changes what is given; what is left out stays. Secrets that exist live on. */
export function updateSettings(
  authority: Authority,
  actor: Actor,
  change: { readonly [Name in keyof OrganizationSettings]?: OrganizationSettings[Name] | undefined },
): Promise<OrganizationSettings> {
  const at = authority.clock.now()
  const { organizationId } = actor
  return authority.store.write({ organizationId }, async (tx) => {
    const before = await settingsOf(tx)
    const { accessListRequired = before.accessListRequired, secretHoursLimit = before.secretHoursLimit } =
      change
    await saveOrganizationSettings(tx, {
      access_list_required: accessListRequired ? 1 : 0,
      secret_hours_limit: secretHoursLimit,
      updated_at: at,
    })
    const about = { subject: { organization: organizationId }, actor: entryActor(actor) }
    if (accessListRequired !== before.accessListRequired) {
      const state = accessListRequired ? 'required' : 'optional'
      await append(tx, { kind: `organization.access_list_${state}`, ...about }, at)
    }
    if (secretHoursLimit !== before.secretHoursLimit)
      await append(tx, { kind: 'organization.settings_changed', ...about, data: { secretHoursLimit } }, at)
    return { accessListRequired, secretHoursLimit }
  })
}
