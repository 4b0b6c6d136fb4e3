import { entryActor } from '../../authority/index.ts'
import { append } from '../../log/index.ts'
import { SYSTEM, type WriteTx } from '../../store/index.ts'
import { findFederationOfOrganization } from '../../store/queries/federations.ts'
import { listIdentityProviders } from '../../store/queries/identity-providers.ts'
import { updateProviderKeySet } from '../../store/queries/provider-keys.ts'
import type { RecoveryContext, RecoveryStep } from '../recovery/recover.ts'
import { keyStateOf } from './key-state.ts'
import { SCHEDULE } from './schedule.ts'
import { reachOf } from './tell.ts'

/** Beyond the clock, in milliseconds: as far as an issuer's clock may be ahead of ours. */
const LEEWAY = 60_000

/**
 * Begins the key sets of identity providers anew when a log is recovered. Of a federation's: every set is distrusted
 * under a higher epoch, at once in the logs of all organizations that trust it. Of an organization's: the sets of its
 * federation are fetched as if for the first time, so that the organization, whose log distrusts them, is told again;
 * the others go on by what they have.
 */
export const renewProviderKeys: RecoveryStep = {
  async prepare(authority, log) {
    if (log.name === undefined) return distrustSets
    const federationId = await authority.store.read(SYSTEM, (tx) => findFederationOfOrganization(tx, log.id))
    if (federationId !== undefined)
      await authority.store.write({ federationId }, (tx) => fetchAnew(tx, log.id, authority.clock.now()))
    return async () => {}
  },
}

async function distrustSets(tx: WriteTx, { actor, cause, at }: RecoveryContext): Promise<void> {
  for (const issuer of await issuersOf(tx)) {
    const { set } = await keyStateOf(tx, issuer, at)
    const change = { epoch: set.epoch + 1, not_after: Math.max(at, set.not_after ?? 0) + LEEWAY }
    await updateProviderKeySet(tx, issuer, {
      ...change,
      ...UNTRUSTED,
      revoked_at: at,
      changed_at: at,
      next_fetch_at: at,
    })
    const { providers, organizations } = await reachOf(tx, issuer)
    const contents = providers.map(
      (identity_provider) =>
        ({
          kind: 'idp_jwks.revoked',
          subject: { issuer, identity_provider },
          data: { epoch: change.epoch, notAfter: change.not_after, keys: [] },
          actor: entryActor(actor),
          cause,
        }) as const,
    )
    for (const content of contents) await append(tx, content, at)
    for (const id of organizations)
      await tx.within(id, async (own) => {
        for (const content of contents) await append(own, content, at)
      })
  }
}

const UNTRUSTED = { is_trusted: 0, etag: null, fetching_until: 0 } as const

/** After a pause, because what is fetched has to be told to the incarnation that is about to be opened. */
async function fetchAnew(tx: WriteTx, organizationId: string, now: number): Promise<void> {
  for (const issuer of await issuersOf(tx)) {
    const { organizations } = await reachOf(tx, issuer)
    if (!organizations.includes(organizationId)) continue
    const { set } = await keyStateOf(tx, issuer, now)
    await updateProviderKeySet(tx, issuer, {
      ...UNTRUSTED,
      epoch: set.epoch + 1,
      asked_at: now,
      next_fetch_at: now + SCHEDULE.quiet,
    })
  }
}

async function issuersOf(tx: WriteTx): Promise<ReadonlySet<string>> {
  const rows = await listIdentityProviders(tx)
  return new Set(rows.filter((row) => row.protocol === 'OIDC').map((row) => row.issuer_uri))
}
