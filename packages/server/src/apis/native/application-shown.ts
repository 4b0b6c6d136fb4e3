import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Application } from '../../directory/application.ts'
import { ClientMetadata } from '../../directory/client-metadata.ts'
import type { ErrorCode } from '../../errors/index.ts'
import { Actions, representActions } from './actions.ts'
import { timeText } from './times.ts'

/** An application as the native API shows it: its settings under the names of RFC 7591, without keys and secrets. */
export const ApplicationShown = Type.Object({
  id: Type.String(),
  clientId: Type.String(),
  label: Type.String(),
  status: Type.Enum(['ACTIVE', 'INACTIVE']),
  settings: ClientMetadata,
  createdAt: Type.String(),
  updatedAt: Type.String(),
  actions: Actions,
})

export const ApplicationPath = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

export function showApplication(
  application: Application,
  canManage: boolean,
): Static<typeof ApplicationShown> {
  const { id, clientId, label, status, metadata, createdAt, updatedAt } = application
  return {
    id,
    clientId,
    label,
    status,
    settings: metadata,
    createdAt: timeText(createdAt),
    updatedAt: timeText(updatedAt),
    actions: representActions(refusals(status, canManage)),
  }
}

function refusals(status: Application['status'], canManage: boolean): Record<string, ErrorCode | null> {
  const denied = canManage ? null : 'permission_denied'
  return {
    update: denied,
    activate: denied,
    deactivate: denied,
    delete: denied ?? (status === 'ACTIVE' ? 'application_active' : null),
  }
}
