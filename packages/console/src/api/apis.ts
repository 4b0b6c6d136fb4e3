import { queryOptions } from '@tanstack/react-query'
import { ask, command, native, withQuery } from './http.ts'
import { flag, list, nullable, number, type Of, object, optional, pageOf, text } from './shape.ts'

export const Api = object({
  id: text,
  identifier: text,
  name: text,
  enabled: optional(flag, true),
  scopes: list(text),
  tokenFormat: text,
  authorizationServerId: text,
  accessTokenLifetime: number,
  createdAt: nullable(text),
  updatedAt: nullable(text),
})
export type Api = Of<typeof Api>

export const apisPath = native('apis')

export const apiQuery = (id: string) =>
  queryOptions({
    queryKey: ['apis', 'one', id],
    queryFn: ({ signal }) => ask(native('apis', id), Api, { signal }),
  })

export interface ApiSettings {
  readonly identifier: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly tokenFormat: string
  readonly authorizationServerId: string
  readonly accessTokenLifetime: number
  readonly enabled: boolean
}

export const createApi = (body: ApiSettings) => ask(apisPath, Api, { method: 'POST', body })
export const replaceApi = (id: string, body: ApiSettings) =>
  ask(native('apis', id), Api, { method: 'PUT', body })
export const deleteApi = (id: string) => command(native('apis', id), { method: 'DELETE' })
export const listApis = (signal?: AbortSignal) =>
  ask(withQuery(apisPath, { limit: 1000 }), pageOf(Api), { signal })

export const allApisQuery = queryOptions({
  queryKey: ['apis', 'all'],
  queryFn: ({ signal }) => listApis(signal),
})
