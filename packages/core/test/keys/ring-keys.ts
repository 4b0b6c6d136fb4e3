import { type ClientRing, NO_DEMANDS, type RingKey } from '@rescind/core/keys'

/** An ACTIVE RSA signing key whose kid and thumbprint follow from its id, unless told otherwise. */
export function ringKey(id: string, differences: Partial<RingKey> = {}): RingKey {
  return {
    id,
    kid: `kid-${id}`,
    thumbprint: `thumbprint-${id}`,
    use: 'sig',
    kty: 'RSA',
    crv: null,
    alg: null,
    status: 'ACTIVE',
    ...differences,
  }
}

export function encryptionKey(id: string, differences: Partial<RingKey> = {}): RingKey {
  return ringKey(id, { use: 'enc', ...differences })
}

export function clientRing(keys: readonly RingKey[], differences: Partial<ClientRing> = {}): ClientRing {
  return { keys, blocked: new Set(), demands: NO_DEMANDS, ...differences }
}
