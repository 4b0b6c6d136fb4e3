import { Type } from 'typebox'

/** Wider than any id of ours: what does not fit belongs to nobody. */
const Id = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

export const ServerPath = Type.Object({ authServerId: Id })
export const ServerKeyPath = Type.Object({ authServerId: Id, keyId: Id })
export const ServerScopePath = Type.Object({ authServerId: Id, scopeId: Id })

/** A name that people read: no control characters, nothing that turns text around. */
export const Label = Type.String({ minLength: 1, pattern: '^[^\\p{Cc}\\p{Cs}\\p{Bidi_Control}]{1,255}$' })

/** The same in several lines, or empty. */
export const Prose = Type.String({
  pattern: '^(?:[\\t\\n\\r]|[^\\p{Cc}\\p{Cs}\\p{Bidi_Control}]){0,4096}$',
})

export interface Link {
  readonly href: string
  readonly hints: { readonly allow: readonly string[] }
}

/** A link (HAL) and what may be done to it. */
export function link(href: string, ...allow: readonly string[]): Link {
  return { href, hints: { allow } }
}

/** The address of an authorization server in this API; parts of the path are ids or kids and need no escaping. */
export function serverHref(publicUrl: string, authServerId: string, ...parts: readonly string[]): string {
  return [`${publicUrl}/api/v1/authorizationServers/${authServerId}`, ...parts].join('/')
}
