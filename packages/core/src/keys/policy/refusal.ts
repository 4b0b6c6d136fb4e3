/**
 * Why a public key is refused. Codes are stable: interfaces, logs and documentation refer to them.
 * The sentence names the fault and never repeats a value that was submitted.
 */
export type KeyRefusalCode =
  | 'not_an_object'
  | 'too_many_members'
  | 'member_forbidden'
  | 'member_too_long'
  | 'member_missing'
  | 'member_wrong_type'
  | 'private_key_submitted'
  | 'symmetric_key'
  | 'kty_unsupported'
  | 'crv_unsupported'
  | 'crv_undetermined'
  | 'encoding_not_canonical'
  | 'rsa_exponent_not_65537'
  | 'rsa_modulus_too_short'
  | 'rsa_modulus_too_long'
  | 'rsa_modulus_even'
  | 'rsa_modulus_small_factor'
  | 'rsa_modulus_close_primes'
  | 'rsa_modulus_roca'
  | 'ec_coordinate_length'
  | 'ec_coordinate_out_of_range'
  | 'ec_point_not_on_curve'
  | 'okp_length'
  | 'okp_not_canonical'
  | 'okp_not_on_curve'
  | 'okp_small_order'
  | 'use_mismatch'
  | 'key_ops_mismatch'
  | 'alg_mismatch'
  | 'kid_not_accepted'

export interface KeyRefusal {
  readonly code: KeyRefusalCode
  /** The member that the refusal is about; null where it is the whole object. */
  readonly member: string | null
  /** One sentence for a person. */
  readonly message: string
  /**
   * With `private_key_submitted`: the thumbprint of the public part, wherever that part can be read. What was
   * sent to a place that asks for public keys must be treated as known to others, so the caller blocks it. That
   * the private members are the right ones is not proved: anybody can put a `d` beside a key of somebody else.
   */
  readonly thumbprint?: string
}

export type Checked<Value> = { readonly ok: true; readonly value: Value } | Refused

export function accept<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value }
}

export interface Refused {
  readonly ok: false
  readonly refusal: KeyRefusal
}

export function refuse(code: KeyRefusalCode, member: string | null, message: string): Refused {
  return { ok: false, refusal: fault(code, member, message) }
}

export function fault(code: KeyRefusalCode, member: string | null, message: string): KeyRefusal {
  return { code, member, message }
}
