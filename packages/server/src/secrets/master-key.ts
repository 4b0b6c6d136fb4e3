import { randomBytes } from 'node:crypto'
import { chmod, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Secret } from './secret.ts'
import { MasterKeyVault } from './vault.ts'

/** Where the master key comes from; the first that is given wins. */
export interface MasterKeySource {
  /** `RESCIND_MASTER_KEY`: 32 bytes as base64url (43 characters) or hexadecimal (64). */
  readonly value?: Secret
  /** `RESCIND_MASTER_KEY_FILE`: a file that holds the same. */
  readonly file?: string
  /**
   * The embedded default: this file is read, or, where it is missing and `mayGenerate`, made with mode 0600. Not
   * where a database is already there: its key would be another one.
   */
  readonly generated?: { readonly file: string; readonly mayGenerate: boolean }
}

/** The master key cannot be had. The message names the setting and is for the operator; it never holds the key. */
export class MasterKeyRefused extends Error {
  override readonly name = 'MasterKeyRefused'
}

/**
 * Loads the master key, the root of everything sealed at rest.
 * @throws MasterKeyRefused
 */
export async function loadMasterKey(source: MasterKeySource): Promise<MasterKeyVault> {
  if (source.value !== undefined) return vaultOf(source.value, 'RESCIND_MASTER_KEY')
  if (source.file !== undefined) {
    const text = await readKeyFile(source.file)
    if (text === undefined)
      throw new MasterKeyRefused(`RESCIND_MASTER_KEY_FILE: there is no file ${source.file}`)
    return vaultOf(text, source.file)
  }
  const { file, mayGenerate } = source.generated ?? {}
  if (file === undefined)
    throw new MasterKeyRefused('RESCIND_MASTER_KEY or RESCIND_MASTER_KEY_FILE must be set for this database')
  const kept = await readKeyFile(file)
  if (kept !== undefined) return vaultOf(kept, file)
  if (mayGenerate !== true)
    throw new MasterKeyRefused(
      `the master key of this database is missing: put ${file} back, or set RESCIND_MASTER_KEY`,
    )
  return vaultOf(await generate(file), file)
}

function vaultOf(text: Secret, where: string): MasterKeyVault {
  const key = decode(text.reveal().trim())
  if (key === undefined)
    throw new MasterKeyRefused(`${where} is not a master key: 32 bytes as base64url or hexadecimal are due`)
  return new MasterKeyVault(key)
}

function decode(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  const key = Buffer.from(text, 'base64url')
  // One spelling only: the last character of 43 has bits to spare.
  return key.byteLength === 32 && key.toString('base64url') === text ? key : undefined
}

async function readKeyFile(file: string): Promise<Secret | undefined> {
  try {
    return new Secret(await readFile(file, 'utf8'))
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return undefined
    throw new MasterKeyRefused(`the master key file ${file} cannot be read`, { cause: failure })
  }
}

/** Makes a key and keeps it durably, before anything is sealed with it. */
async function generate(file: string): Promise<Secret> {
  const key = new Secret(randomBytes(32).toString('base64url'))
  // Exclusive: of two processes that start at once one makes the key, and the other stops.
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(`${key.reveal()}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await chmod(file, 0o600)
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
  return key
}
