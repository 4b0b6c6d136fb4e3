import { materialFault, readMaterial } from './material.ts'
import { type Members, optionalText, readMembers } from './members.ts'
import type { KeyUse, PublicJwk, PublicKeyMaterial } from './public-jwk.ts'
import { purposeOf } from './purpose.ts'
import { accept, type Checked, fault, type KeyRefusal, refuse } from './refusal.ts'
import { jwkThumbprint } from './thumbprint.ts'

export interface KeyPolicyOptions {
  /**
   * For Okta's endpoints: one leading zero octet and `=` padding are normalised, and an EC key may come without
   * `crv`. What is accepted is always spelled canonically. Default false, which is what verifiers apply.
   */
  readonly lenient?: boolean
}

export type CheckedPublicJwk =
  | {
      readonly ok: true
      /** The key, built member by member, canonically spelled; unknown members are dropped. */
      readonly jwk: PublicJwk
      /** RFC 7638, SHA-256, base64url. */
      readonly thumbprint: string
      /** The key came without `crv`, which its coordinates determined. */
      readonly crvDeduced: boolean
    }
  | { readonly ok: false; readonly refusal: KeyRefusal }

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2, and `priv` of the ML-DSA keys. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

const KID = /^[A-Za-z0-9._-]{1,128}$/

/**
 * Judges whether a value from outside is a public key that may be relied upon for a use. Never throws, works
 * for a bounded time, and repeats no submitted value in a refusal.
 *
 * @param use what the key would be used for; a `use` of its own must agree
 */
export function checkPublicJwk(
  input: unknown,
  use: KeyUse,
  options: KeyPolicyOptions = {},
): CheckedPublicJwk {
  const read = readMembers(input)
  if (!read.ok) return read
  const members = read.value
  const submitted = privateMember(members)
  if (submitted !== undefined) return { ok: false, refusal: submitted }
  const forbidden = FORBIDDEN_MEMBERS.find((name) => members.has(name))
  if (forbidden !== undefined)
    return refuse('member_forbidden', forbidden, 'No key has a member of this name.')
  const lenient = options.lenient ?? false
  const found = readMaterial(members, lenient)
  if (!found.ok) return found
  const { material, crvDeduced } = found.value
  const weakness = materialFault(material)
  if (weakness !== undefined) return { ok: false, refusal: weakness }
  const declared = readDeclarations(members, material, use)
  if (!declared.ok) return declared
  return {
    ok: true,
    jwk: { ...material, ...declared.value },
    thumbprint: jwkThumbprint(material),
    crvDeduced,
  }
}

/** Names with a meaning in JavaScript; no key has them, so whoever sends one is trying something. */
const FORBIDDEN_MEMBERS = ['__proto__', 'constructor', 'prototype']

/** Whether a kid may be imported: plain ASCII that no log, URL or query reads otherwise. Compared as it is. */
export function isAcceptedKid(kid: string): boolean {
  return KID.test(kid)
}

function privateMember(members: Members): KeyRefusal | undefined {
  const member = PRIVATE_MEMBERS.find((name) => members.has(name))
  if (member === undefined) return undefined
  const refusal = fault(
    'private_key_submitted',
    member,
    'The key has private members. Treat it as compromised and make a new one; send only its public part.',
  )
  // However loosely it was spelled, and however weak it is, the key that was given away is blocked.
  const found = readMaterial(members, true)
  return found.ok ? { ...refusal, thumbprint: jwkThumbprint(found.value.material) } : refusal
}

interface Declarations {
  readonly use?: KeyUse
  readonly alg?: string
  readonly kid?: string
}

function readDeclarations(members: Members, material: PublicKeyMaterial, use: KeyUse): Checked<Declarations> {
  const purpose = purposeOf(material, use)
  if (purpose === undefined)
    return refuse('use_mismatch', 'crv', 'A key of this type does not serve this use.')
  const declaredUse = optionalText(members, 'use')
  if (!declaredUse.ok) return declaredUse
  if (declaredUse.value !== undefined && declaredUse.value !== use) {
    return refuse('use_mismatch', 'use', `The use of the key must be ${use}.`)
  }
  const operations = members.get('key_ops')
  if (operations !== undefined && !areKeyOps(operations, purpose.keyOps)) {
    return refuse('key_ops_mismatch', 'key_ops', 'The operations of the key do not fit its use.')
  }
  const alg = optionalText(members, 'alg')
  if (!alg.ok) return alg
  if (alg.value !== undefined && !purpose.algs.includes(alg.value)) {
    return refuse(
      'alg_mismatch',
      'alg',
      'The algorithm does not fit the type, the curve or the use of the key.',
    )
  }
  const kid = optionalText(members, 'kid')
  if (!kid.ok) return kid
  if (kid.value !== undefined && !isAcceptedKid(kid.value)) {
    return refuse('kid_not_accepted', 'kid', 'A kid is 1 to 128 of the characters A-Z a-z 0-9 . _ and -.')
  }
  return accept({
    ...(declaredUse.value !== undefined && { use }),
    ...(alg.value !== undefined && { alg: alg.value }),
    ...(kid.value !== undefined && { kid: kid.value }),
  })
}

/** RFC 7517 section 4.3: strings, none twice, here all of them fitting the use. */
function areKeyOps(operations: unknown, allowed: readonly string[]): boolean {
  if (!Array.isArray(operations) || operations.length > allowed.length) return false
  return allowed.filter((operation) => operations.includes(operation)).length === operations.length
}
