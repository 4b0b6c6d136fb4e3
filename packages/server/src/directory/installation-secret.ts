import type { Authority } from '../authority/index.ts'
import type { Secret } from '../secrets/index.ts'
import { SYSTEM } from '../store/index.ts'
import { findFact, insertFact } from '../store/queries/installation.ts'

/**
 * A secret of the whole installation, the same on every node: made at first use and sealed among its facts. Where
 * two nodes make one at once, the first stays.
 *
 * @param fact its name, and the purpose that it is sealed for
 */
export async function installationSecret(
  { store, vault }: Pick<Authority, 'store' | 'vault'>,
  fact: string,
  make: () => Secret | Promise<Secret>,
): Promise<Secret> {
  const known = await store.read(SYSTEM, (tx) => findFact(tx, fact))
  if (known !== undefined) return vault.open(known, fact)
  const sealed = await vault.seal(await make(), fact)
  await store.write(SYSTEM, (tx) => insertFact(tx, fact, sealed))
  const kept = await store.read(SYSTEM, (tx) => findFact(tx, fact))
  if (kept === undefined) throw new TypeError('a fact of the installation has vanished')
  return vault.open(kept, fact)
}
