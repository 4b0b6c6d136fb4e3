export { Secret } from './secret.ts'
export { MasterKeyVault, type Vault } from './vault.ts'
