import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * What a resource server of the demonstration is told, by its parent alone: `sdk` imports the verifier, `proxied`
 * stands behind nginx with the guard beside it, `polling` knows only the published keys, as most services do.
 */
const Role = Type.Object({
  kind: Type.Enum(['sdk', 'proxied', 'polling']),
  authority: Type.String(),
  issuer: Type.String(),
  audience: Type.String(),
  credential: Type.String(),
  /** Of nginx, for `proxied`. */
  program: Type.Optional(Type.String()),
})
export type Role = Static<typeof Role>

const role = Compile(Role)
const listening = Compile(Type.Object({ url: Type.String() }))

/** @throws Error where the message is no role */
export function readRole(message: unknown): Role {
  return role.Parse(message)
}

/** @throws Error where the message does not tell an address */
export function readAddress(message: unknown): string {
  return listening.Parse(message).url
}
