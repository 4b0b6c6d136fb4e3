/** What can be made in the browser. */
export const KINDS = {
  sig: [
    ['ES256', 'EC P-256 (ES256)'],
    ['ES384', 'EC P-384 (ES384)'],
    ['RS256', 'RSA 2048 (RS256)'],
    ['PS256', 'RSA 2048 (PS256)'],
  ],
  enc: [['RSA-OAEP-256', 'RSA 2048 (RSA-OAEP-256)']],
} as const

const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }

interface Recipe {
  readonly algorithm: RsaHashedKeyGenParams | EcKeyGenParams
  readonly usages: readonly KeyUsage[]
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  ES256: { algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'] },
  ES384: { algorithm: { name: 'ECDSA', namedCurve: 'P-384' }, usages: ['sign', 'verify'] },
  RS256: { algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', ...RSA }, usages: ['sign', 'verify'] },
  PS256: { algorithm: { name: 'RSA-PSS', hash: 'SHA-256', ...RSA }, usages: ['sign', 'verify'] },
  'RSA-OAEP-256': {
    algorithm: { name: 'RSA-OAEP', hash: 'SHA-256', ...RSA },
    usages: ['encrypt', 'decrypt'],
  },
}

export interface Generated {
  /** What is sent: public members only. */
  readonly publicJwk: Readonly<Record<string, string>>
  /** What is offered for download and never sent. */
  readonly privateJwk: Readonly<Record<string, string>>
}

const PUBLIC = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const
const PRIVATE = [...PUBLIC, 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const

/** Makes a key pair by WebCrypto. It is named by its thumbprint (RFC 7638), as the authority would name it. */
export async function generateKey(alg: string, use: 'sig' | 'enc'): Promise<Generated> {
  const recipe = RECIPES[alg]
  if (recipe === undefined) throw new TypeError(`no recipe for ${alg}`)
  const made = await crypto.subtle.generateKey(recipe.algorithm, true, recipe.usages)
  if (!('privateKey' in made)) throw new TypeError('not a key pair')
  const jwk = await crypto.subtle.exportKey('jwk', made.privateKey)
  const pick = (names: readonly (keyof JsonWebKey)[]): Readonly<Record<string, string>> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = jwk[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    )
  const own = pick(PUBLIC)
  const named = { kid: await thumbprintOf(own), use, alg }
  return { publicJwk: { ...own, ...named }, privateJwk: { ...pick(PRIVATE), ...named } }
}

/** RFC 7638: SHA-256 over the required members in lexicographic order. */
export async function thumbprintOf(jwk: Readonly<Record<string, string>>): Promise<string> {
  const names = jwk.kty === 'RSA' ? ['e', 'kty', 'n'] : ['crv', 'kty', 'x', 'y']
  const canonical = JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]])))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical))
  const base64 = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Members that a public key does not have: whoever pastes one is stopped before it is sent. */
export function privateMembersOf(jwk: object): readonly string[] {
  return ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].filter((name) => name in jwk)
}
