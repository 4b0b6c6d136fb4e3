import type { Actor } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'

/** @throws DomainError `permission_denied` for whoever may not change the organization */
export function administratorOf(actor: Actor): Actor {
  if (actor.roles.has('organization_admin')) return actor
  throw new DomainError('permission_denied')
}

/** @throws DomainError `permission_denied` for whoever may not even read it */
export function readerOf(actor: Actor): Actor {
  return actor.roles.has('organization_reader') ? actor : administratorOf(actor)
}
