import { queryOptions } from '@tanstack/react-query'
import { Actions } from './actions.ts'
import { ask, command, native, withQuery } from './http.ts'
import { anything, list, nullable, type Of, object, optional, pageOf, record, text } from './shape.ts'

const APPLICATION = {
  id: text,
  clientId: text,
  label: text,
  status: text,
  /** RFC 7591 names; what is read is sent back, changed. */
  settings: optional(record(anything), {}),
  createdAt: text,
  updatedAt: nullable(text),
  actions: Actions,
}
export const Application = object(APPLICATION)
export type Application = Of<typeof Application>

const NewApplication = object({ ...APPLICATION, clientSecret: nullable(text) })
export type NewApplication = Of<typeof NewApplication>

export type ApplicationSettings = Readonly<Record<string, unknown>>

export const applicationsPath = native('applications')

export const applicationQuery = (id: string) =>
  queryOptions({
    queryKey: ['applications', 'one', id],
    queryFn: ({ signal }) => ask(native('applications', id), Application, { signal }),
  })

export const createApplication = (label: string, settings: ApplicationSettings) =>
  ask(applicationsPath, NewApplication, { method: 'POST', body: { label, settings } })

export const replaceApplication = (id: string, label: string, settings: ApplicationSettings) =>
  ask(native('applications', id), Application, { method: 'PUT', body: { label, settings } })

export const changeApplication = (id: string, change: 'activate' | 'deactivate') =>
  ask(native('applications', id, change), Application, { method: 'POST', body: {} })

export const deleteApplication = (id: string) => command(native('applications', id), { method: 'DELETE' })

const Secret = object({
  id: text,
  /** Tells one from another; the value is shown on demand. */
  secretHash: text,
  status: text,
  createdAt: text,
  updatedAt: nullable(text),
  actions: Actions,
})
export type Secret = Of<typeof Secret>

export const secretsQuery = (id: string) =>
  queryOptions({
    queryKey: ['applications', 'secrets', id],
    queryFn: ({ signal }) =>
      ask(native('applications', id, 'secrets'), object({ items: list(Secret) }), { signal }),
  })

const Value = object({ value: text })

export const createSecret = (id: string) =>
  ask(native('applications', id, 'secrets'), Value, { method: 'POST', body: {} })

/** Shows a secret; the authority writes down who looked. */
export const revealSecret = (id: string, secret: string) =>
  ask(native('applications', id, 'secrets', secret, 'reveal'), Value, { method: 'POST', body: {} })

export const changeSecret = (id: string, secret: string, change: 'activate' | 'deactivate') =>
  ask(native('applications', id, 'secrets', secret, change), anything, { method: 'POST', body: {} })

export const deleteSecret = (id: string, secret: string) =>
  command(native('applications', id, 'secrets', secret), { method: 'DELETE' })

export const findApplications = (q: string, signal?: AbortSignal) =>
  ask(withQuery(applicationsPath, { q, limit: 8 }), pageOf(Application), { signal })

/** One text of the settings; empty where there is none. */
export function settingText({ settings }: Pick<Application, 'settings'>, name: string): string {
  const value = settings[name]
  return typeof value === 'string' ? value : ''
}

export function settingTexts({ settings }: Pick<Application, 'settings'>, name: string): readonly string[] {
  const value = settings[name]
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}
