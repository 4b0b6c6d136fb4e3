import { accept, type Checked, refuse } from './refusal.ts'

/** The members of a submitted key by name. A map has no prototype to poison. */
export type Members = ReadonlyMap<string, unknown>

/** Longest text of one member, in UTF-16 code units: four times what the largest accepted modulus needs. */
export const MAXIMUM_MEMBER_LENGTH = 16_384 - 1
const MAXIMUM_MEMBERS = 64

/**
 * Takes the own data members of any value. Members that are null count as absent: Okta's clients send
 * `"kid": null`. Accessors are not called, and count as absent, too.
 */
export function readMembers(input: unknown): Checked<Members> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return refuse('not_an_object', null, 'A key must be a JSON object.')
  }
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(input))
  if (descriptors.length > MAXIMUM_MEMBERS) {
    return refuse('too_many_members', null, `A key has at most ${MAXIMUM_MEMBERS} members.`)
  }
  const members = new Map<string, unknown>()
  for (const [name, descriptor] of descriptors) {
    const value: unknown = descriptor.value
    if (value === null || value === undefined) continue
    if (typeof value === 'string' && value.length > MAXIMUM_MEMBER_LENGTH) {
      // The name of an unknown member is foreign text, and not repeated.
      return refuse('member_too_long', null, 'A member of the key is longer than 16383 characters.')
    }
    members.set(name, value)
  }
  return accept(members)
}

/** A member that must be text, or absent. */
export function optionalText(members: Members, name: string): Checked<string | undefined> {
  const value = members.get(name)
  if (value === undefined || typeof value === 'string') return accept(value)
  return refuse('member_wrong_type', name, `The member ${name} must be a string.`)
}

/** A member that must be there, and text. */
export function requiredText(members: Members, name: string): Checked<string> {
  const text = optionalText(members, name)
  if (!text.ok) return text
  if (text.value === undefined) return refuse('member_missing', name, `The member ${name} is missing.`)
  return accept(text.value)
}
