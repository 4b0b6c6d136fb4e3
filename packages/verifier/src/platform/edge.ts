import type { Platform, SignatureAlgorithm, SignatureCheck } from './platform.ts'

type Import = Parameters<typeof crypto.subtle.importKey>[2]
type Verify = Parameters<typeof crypto.subtle.verify>[0]

/** Where there is WebCrypto and nothing of Node. */
export const edgePlatform: Platform = {
  async signatureCheck(jwk, alg) {
    const { imported, verified } = parametersOf(alg)
    const key = await crypto.subtle.importKey('jwk', { ...jwk, ext: true }, imported, false, ['verify'])
    const check: SignatureCheck = (signed, signature) =>
      crypto.subtle.verify(verified, key, new Uint8Array(signature), encoder.encode(signed))
    return check
  },
  async digest(token) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(token)))
    let name = ''
    for (const byte of digest) name += String.fromCharCode(byte)
    return name
  },
  decode(text) {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = new Uint8Array(binary.length)
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
    return bytes
  },
}

const encoder = new TextEncoder()

function parametersOf(alg: SignatureAlgorithm): { readonly imported: Import; readonly verified: Verify } {
  if (alg === 'EdDSA') return { imported: { name: 'Ed25519' }, verified: { name: 'Ed25519' } }
  const bits = alg.slice(2)
  const hash = `SHA-${bits}`
  if (alg.startsWith('ES')) {
    const namedCurve = bits === '512' ? 'P-521' : `P-${bits}`
    return { imported: { name: 'ECDSA', namedCurve }, verified: { name: 'ECDSA', hash } }
  }
  if (alg.startsWith('RS')) {
    const name = 'RSASSA-PKCS1-v1_5'
    return { imported: { name, hash }, verified: { name } }
  }
  return { imported: { name: 'RSA-PSS', hash }, verified: { name: 'RSA-PSS', saltLength: Number(bits) / 8 } }
}
