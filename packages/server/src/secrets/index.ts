export { loadMasterKey, MasterKeyRefused, type MasterKeySource } from './master-key.ts'
export { masterKeyProof } from './proof.ts'
export { Secret } from './secret.ts'
export { MasterKeyVault, SealedElsewhere, type Vault } from './vault.ts'
