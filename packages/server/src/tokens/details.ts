import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

const Details = Compile(Type.Object({ jkt: Type.Optional(Type.String()) }))

/** What is kept with a token that the OpenID library keeps nothing with. */
export function tokenDetails({ jkt }: { readonly jkt?: string | undefined }): string {
  return JSON.stringify(jkt === undefined ? {} : { jkt })
}

/** The RFC 7638 thumbprint of the key that the token's holder proves to have (RFC 9449 section 6). */
export function confirmationOf(details: string): string | undefined {
  return Details.Parse(JSON.parse(details)).jkt
}
