import { Type } from '@fastify/type-provider-typebox'
import { Value } from 'typebox/value'
import type { Role } from '../authority/index.ts'

const Roles = Type.Array(
  Type.Enum(['installation_admin', 'organization_admin', 'organization_reader'] satisfies Role[]),
)

/** Every role there is: what the administrator of the installation has. */
export const ALL_ROLES: readonly Role[] = ['installation_admin', 'organization_admin', 'organization_reader']

/** As a column keeps roles. */
export function encodeRoles(roles: Iterable<Role>): string {
  return JSON.stringify([...roles])
}

/** @throws Error when the column holds anything else than roles */
export function decodeRoles(column: string): ReadonlySet<Role> {
  return new Set(Value.Parse(Roles, JSON.parse(column)))
}
