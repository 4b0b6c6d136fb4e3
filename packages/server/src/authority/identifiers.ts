import { hash, randomBytes, randomInt } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The prefixes of Okta's ids, which name the kind of an object wherever an id turns up; `api`, `rvk`, `cls`, `clc`, `nod`, `stl`, `ack` are ours. */
export type IdPrefix =
  | '0oa'
  | 'aus'
  | 'pks'
  | 'apk'
  | 'ocs'
  | 'oar'
  | 'oag'
  | '00u'
  | 'scp'
  | '00T'
  | 'api'
  | 'rvk'
  | 'cls'
  | 'clc'
  | 'nod'
  | 'stl'
  | 'ack'

/** A new id: the prefix and 17 random characters (101 bits), 20 in all, as Okta's are. */
export function newId(prefix: IdPrefix): string {
  let id: string = prefix
  while (id.length < 20) id += ALPHABET[randomInt(ALPHABET.length)]
  return id
}

/**
 * The id of something that has a longer name: the same for the same name, and none that tells the name (101 bits of
 * its SHA-256).
 */
export function derivedId(prefix: IdPrefix, name: string): string {
  let rest = BigInt(`0x${hash('sha256', name)}`)
  let id: string = prefix
  while (id.length < 20) {
    id += ALPHABET[Number(rest % 62n)]
    rest /= 62n
  }
  return id
}

/** A new id in the form of Atlas's: 24 lower-case hexadecimal characters. Organizations and federations have it. */
export function newObjectId(): string {
  return randomBytes(12).toString('hex')
}
