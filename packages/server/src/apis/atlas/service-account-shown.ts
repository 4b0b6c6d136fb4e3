import type { ServiceAccountSecret } from '../../directory/service-account-secrets.ts'
import type { ServiceAccount } from '../../directory/service-accounts.ts'
import type { Secret } from '../../secrets/index.ts'
import { atlasTime } from './pages.ts'

/** What is said of a secret that does not expire: Atlas has none, and its clients want a time. */
const NEVER = Date.parse('9999-12-31T23:59:59Z')

/**
 * A service account as Atlas shows one.
 *
 * @param roles those in the organization, or those in the group that is asked about
 * @param value of its only secret, in the one answer that shows it
 */
export function accountShown(account: ServiceAccount, roles: readonly string[], value?: Secret) {
  return {
    clientId: account.clientId,
    createdAt: atlasTime(account.createdAt),
    description: account.description,
    name: account.name,
    roles,
    secrets: account.secrets.map((secret) => secretShown(secret, value)),
  }
}

export function secretShown({ id, createdAt, expiresAt, lastUsedAt }: ServiceAccountSecret, value?: Secret) {
  return {
    createdAt: atlasTime(createdAt),
    expiresAt: atlasTime(expiresAt ?? NEVER),
    id,
    lastUsedAt: lastUsedAt === null ? null : atlasTime(lastUsedAt),
    ...(value === undefined ? { maskedSecretValue: 'mdb_sa_sk_...' } : { secret: value.reveal() }),
  }
}
