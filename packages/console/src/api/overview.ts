import { queryOptions } from '@tanstack/react-query'
import { ask, native } from './http.ts'
import { Revocation } from './revocations.ts'
import { flag, list, nullable, number, type Of, object, optional, text } from './shape.ts'
import { Count } from './users.ts'

const some = optional(Count, { count: 0, exact: true })

export const Overview = object({
  position: text,
  at: text,
  keys: object({
    next: optional(number, 0),
    active: optional(number, 0),
    retired: optional(number, 0),
    revoked: optional(number, 0),
  }),
  signing: optional(
    list(
      object({
        authorizationServerId: text,
        name: nullable(text),
        issuer: text,
        activeKid: nullable(text),
        activeSince: nullable(text),
        nextRotation: nullable(text),
        rotationMode: optional(text, 'AUTO'),
      }),
    ),
    [],
  ),
  tokens: object({
    live: some,
    byApi: optional(
      list(object({ api: nullable(text), name: nullable(text), count: number, exact: optional(flag, true) })),
      [],
    ),
  }),
  users: some,
  applications: some,
  revocations: optional(list(Revocation), []),
  clusters: optional(
    list(
      object({
        id: text,
        name: text,
        class: text,
        nodes: number,
        fresh: number,
        lapsed: number,
        /** Of the nodes whose lease runs, those that have not yet acknowledged the newest entry. */
        behind: number,
        /** Entries, of the slowest of them. */
        lag: nullable(number),
      }),
    ),
    [],
  ),
  attention: optional(list(object({ code: text, about: text, id: text })), []),
})
export type Overview = Of<typeof Overview>

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => ask(native('overview'), Overview, { signal, idle: true }),
  refetchInterval: 3_000,
  staleTime: 1_000,
})
