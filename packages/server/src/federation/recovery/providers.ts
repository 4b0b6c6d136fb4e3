import { decodeEntry, type IndexEntry, toIndexEntry } from '@rescind/core/log'
import { type Actor, entryActor } from '../../authority/index.ts'
import { append, snapshotEntries } from '../../log/index.ts'
import { type ReadTx, tenantOf, type WriteTx } from '../../store/index.ts'

/** What the log says of an identity provider's keys. */
export interface LoggedProvider {
  readonly issuer: string
  readonly identityProvider: string | undefined
  readonly epoch: number
  /** The latest time up to which its tokens were voided, in milliseconds since the epoch; 0 for none. */
  readonly notAfter: number
}

/** Beyond the clock, in milliseconds: as far as an issuer's clock may be ahead of ours. */
const LEEWAY = 60_000

/** The identity providers of which the organization's log tells. To be read before a new incarnation is opened. */
export async function providersInLog(tx: ReadTx): Promise<readonly LoggedProvider[]> {
  const kinds = ['idp_jwks.revoked', 'idp_jwks.refreshed'] as const
  const { pages } = await snapshotEntries(tx, tenantOf(tx), { classes: ['access'], kinds })
  const known = new Map<string, LoggedProvider>()
  for await (const page of pages) {
    for (const { body } of page) {
      const decoded = decodeEntry(body)
      const entry = decoded.known ? toIndexEntry(decoded.entry) : undefined
      if (entry !== undefined) add(known, entry)
    }
  }
  return [...known.values()]
}

function add(known: Map<string, LoggedProvider>, entry: IndexEntry): void {
  if (entry.kind !== 'idp_jwks.revoked' && entry.kind !== 'idp_jwks.refreshed') return
  const { issuer, identity_provider: identityProvider } = entry.subject
  const before = known.get(issuer)
  const notAfter = entry.kind === 'idp_jwks.revoked' ? entry.data.notAfter : 0
  known.set(issuer, {
    issuer,
    identityProvider: identityProvider ?? before?.identityProvider,
    epoch: Math.max(entry.data.epoch, before?.epoch ?? 0),
    notAfter: Math.max(notAfter, before?.notAfter ?? 0),
  })
}

/**
 * Trusts no key of these providers until it was fetched anew, and voids what they have signed so far: their keys may
 * have been revoked by what was lost. The epoch stays: whoever keeps the key sets raises its own, and what is fetched
 * under either comes later than this.
 *
 * @param at milliseconds since the epoch
 */
export async function distrustProviders(
  tx: WriteTx,
  actor: Actor,
  providers: readonly LoggedProvider[],
  at: number,
): Promise<void> {
  for (const { issuer, identityProvider, epoch, notAfter } of providers) {
    const named = identityProvider === undefined ? {} : { identity_provider: identityProvider }
    await append(
      tx,
      {
        kind: 'idp_jwks.revoked',
        subject: { issuer, ...named },
        data: { epoch, notAfter: Math.max(at, notAfter) + LEEWAY },
        actor: entryActor(actor),
        cause: 'log.recovered',
      },
      at,
    )
  }
}
