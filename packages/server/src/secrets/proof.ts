import { MasterKeyRefused } from './master-key.ts'
import { Secret } from './secret.ts'
import { SealedElsewhere, type Vault } from './vault.ts'

const PURPOSE = 'installation:master_key_check'
const CONTENT = 'rescind'

/** Seals a known value into the database, and later tells by it whether this is the key that sealed everything. */
export function masterKeyProof(vault: Vault): {
  seal(): Promise<string>
  check(sealed: string): Promise<void>
} {
  return {
    seal: () => vault.seal(new Secret(CONTENT), PURPOSE),
    async check(sealed) {
      if (await opens(vault, sealed)) return
      throw new MasterKeyRefused(
        'the master key is not the one that this database was sealed under: nothing was changed; start again with the right RESCIND_MASTER_KEY',
      )
    },
  }
}

async function opens(vault: Vault, sealed: string): Promise<boolean> {
  try {
    return (await vault.open(sealed, PURPOSE)).reveal() === CONTENT
  } catch (failure) {
    if (failure instanceof SealedElsewhere) return false
    throw new MasterKeyRefused('the master-key check value of this database is damaged', { cause: failure })
  }
}
