import type { Authority } from '../authority/index.ts'
import type { Secret } from '../secrets/index.ts'

/** The secret of a provider's client as it is kept. Sealing is slow: it comes before the transaction. */
export async function sealClientSecret(
  { vault }: Pick<Authority, 'vault'>,
  id: string,
  secret: Secret | null | undefined,
): Promise<string | null | undefined> {
  return secret && vault.seal(secret, purposeOf(id))
}

/** What Rescind shows the provider at its token endpoint; undefined where it is a public client. */
export async function openClientSecret(
  { vault }: Pick<Authority, 'vault'>,
  id: string,
  sealed: string | null,
): Promise<Secret | undefined> {
  return sealed === null ? undefined : vault.open(sealed, purposeOf(id))
}

function purposeOf(id: string): string {
  return `identity_provider:${id}:client_secret`
}
