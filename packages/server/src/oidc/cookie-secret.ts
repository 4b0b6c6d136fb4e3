import { randomBytes } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM } from '../store/index.ts'
import { findFact, insertFact } from '../store/queries/installation.ts'

const FACT = 'cookie_secret'

/**
 * The secret behind the keys that sign cookies, the same on every node: made at first use and sealed in the
 * installation's facts. Where two nodes make one at once, the first stays.
 */
export async function cookieSecret({ store, vault }: Pick<Authority, 'store' | 'vault'>): Promise<Secret> {
  const known = await store.read(SYSTEM, (tx) => findFact(tx, FACT))
  if (known !== undefined) return vault.open(known, FACT)
  const sealed = await vault.seal(new Secret(randomBytes(32).toString('base64url')), FACT)
  await store.write(SYSTEM, (tx) => insertFact(tx, FACT, sealed))
  const kept = await store.read(SYSTEM, (tx) => findFact(tx, FACT))
  if (kept === undefined) throw new TypeError('a fact of the installation has vanished')
  return vault.open(kept, FACT)
}
