import type { EntryContent } from '@rescind/core/log'
import { append } from '../../log/index.ts'
import type { ReadTx, WriteTx } from '../../store/index.ts'
import { isOwnSigningKey } from '../../store/queries/blocked-keys.ts'
import { listFederationOrganizations } from '../../store/queries/federations.ts'
import { listIdentityProviders } from '../../store/queries/identity-providers.ts'
import { publishedByOthers } from '../../store/queries/provider-keys.ts'
import { isConnectedTo } from '../federation.ts'

/** The providers of a federation that have an issuer, and the organizations that are connected to one of them. */
export interface Reach {
  /** Ids of the providers. */
  readonly providers: readonly string[]
  /** Ids of the organizations, in order. */
  readonly organizations: readonly string[]
}

export async function reachOf(tx: ReadTx, issuer: string): Promise<Reach> {
  const providers = (await listIdentityProviders(tx))
    .filter((row) => row.protocol === 'OIDC' && row.issuer_uri === issuer)
    .map((row) => row.id)
  const organizations = (await listFederationOrganizations(tx))
    .filter((row) => providers.some((id) => isConnectedTo(row, id)))
    .map((row) => row.organization_id)
  return { providers, organizations }
}

/**
 * Of the keys that are blocked for an issuer, those that an entry may name: it blocks a thumbprint whoever signs by
 * it. A key that another issuer publishes is left out, and so are (see `ownKeysApart`) those of the organization's
 * own issuers: else whoever runs a provider could void other people's tokens by publishing their keys and taking
 * them away. For its own issuer each of them stays out of every trusted set all the same.
 */
export async function blockable(
  tx: ReadTx,
  issuer: string,
  thumbprints: readonly string[],
): Promise<readonly string[]> {
  const shared = await publishedByOthers(tx, issuer, thumbprints)
  return thumbprints.filter((thumbprint) => !shared.has(thumbprint))
}

/** Without the keys by which the transaction's organization itself signs. */
export async function ownKeysApart(
  tx: ReadTx,
  thumbprints: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  if (thumbprints === undefined) return undefined
  const foreign: string[] = []
  for (const thumbprint of thumbprints) if (!(await isOwnSigningKey(tx, thumbprint))) foreign.push(thumbprint)
  return foreign
}

type Refreshed = Extract<EntryContent, { kind: 'idp_jwks.refreshed' }>

/** Appends a refreshed set to the federation's log and to those of the organizations that trust the issuer. */
export async function tellRefreshed(tx: WriteTx, content: Refreshed, at: number): Promise<void> {
  await append(tx, content, at)
  const { organizations } = await reachOf(tx, content.subject.issuer)
  for (const id of organizations)
    await tx.within(id, async (own) => {
      const blocked = await ownKeysApart(own, content.data.blocked)
      const data = { ...content.data, ...(blocked !== undefined && { blocked }) }
      await append(own, { ...content, data }, at)
    })
}
