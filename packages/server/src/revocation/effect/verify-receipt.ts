import { isDeepStrictEqual } from 'node:util'
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { RECEIPT_TYPE, type Receipt, receiptOfPayload } from './receipt.ts'

/** Why a receipt is not believed; the message is a sentence for people. */
export class ReceiptRefused extends Error {
  override readonly name = 'ReceiptRefused'
}

const keySet = Compile(
  Type.Object({
    keys: Type.Array(
      Type.Object({
        kty: Type.String(),
        crv: Type.Optional(Type.String()),
        x: Type.Optional(Type.String()),
        y: Type.Optional(Type.String()),
        kid: Type.Optional(Type.String()),
        alg: Type.Optional(Type.String()),
        use: Type.Optional(Type.String()),
      }),
    ),
  }),
)

/** @throws ReceiptRefused where the text is no JWK set */
export function readKeys(json: string): JSONWebKeySet {
  const value = parsed(json)
  if (!keySet.Check(value)) throw new ReceiptRefused('the keys are no JWK set')
  const keys = value.keys.map(({ kty, crv, x, y, kid, alg, use }) => ({
    kty,
    ...(crv !== undefined && { crv }),
    ...(x !== undefined && { x }),
    ...(y !== undefined && { y }),
    ...(kid !== undefined && { kid }),
    ...(alg !== undefined && { alg }),
    ...(use !== undefined && { use }),
  }))
  return { keys }
}

/** A receipt as a file holds it: the answer of the API, whose `receipt` must be what was signed, or the JWS alone. */
const wrapped = Compile(Type.Object({ receipt: Type.Optional(Type.Unknown()), jws: Type.String() }))

/**
 * Checks a receipt by keys that the reader trusts, with nothing else and without the authority.
 *
 * @param text of a file: `{receipt, jws}`, or the compact JWS
 * @throws ReceiptRefused which says what is wrong with it
 */
export async function verifyReceipt(text: string, keys: JSONWebKeySet): Promise<Receipt> {
  const { jws, shown } = unwrapped(text.trim())
  if (!isCanonical(jws)) throw new ReceiptRefused('it is no compact JWS in its one spelling')
  const signed = await compactVerify(jws, createLocalJWKSet(keys), { algorithms: ['ES256'] }).catch(
    (cause: unknown) => {
      throw new ReceiptRefused('the signature is not by one of these keys: it is forged, or was changed', {
        cause,
      })
    },
  )
  if (signed.protectedHeader.typ !== RECEIPT_TYPE) throw new ReceiptRefused('it is signed, but is no receipt')
  const payload = new TextDecoder().decode(signed.payload)
  if (shown !== undefined && !isDeepStrictEqual(shown, parsed(payload)))
    throw new ReceiptRefused('its `receipt` is not what was signed: it was changed')
  try {
    return receiptOfPayload(payload)
  } catch (cause) {
    throw new ReceiptRefused('it is signed, but not in a form that this release knows', { cause })
  }
}

function unwrapped(text: string): { readonly jws: string; readonly shown?: unknown } {
  if (!text.startsWith('{')) return { jws: text }
  const value = parsed(text)
  if (!wrapped.Check(value)) throw new ReceiptRefused('it is no receipt: a member `jws` is missing')
  return { jws: value.jws, ...('receipt' in value && { shown: value.receipt }) }
}

function isCanonical(jws: string): boolean {
  const parts = jws.split('.')
  return (
    parts.length === 3 &&
    parts.every((part) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part)
  )
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new ReceiptRefused('it is not JSON', { cause })
  }
}
