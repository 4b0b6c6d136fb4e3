import {
  CATALOGUE,
  type Method,
  nameOf,
  type Resource,
  requireResource,
  SUBDOMAIN,
} from './catalogue/index.ts'
import { requireMethod } from './exec.ts'
import { type StatementResult, tableResult } from './result.ts'
import type { StatementRun } from './statement-run.ts'
import { faultyStatement, type Show, type Statement } from './syntax/index.ts'

type Describe = Extract<Statement, { type: 'describe' }>
type DescribeMethod = Extract<Statement, { type: 'describe method' }>

const PROVIDERS: Readonly<Record<Resource['provider'], string>> = {
  okta: 'What the Okta Management API has, at this server',
  rescind: 'What only this server has: all keys in one table, tokens, revocations, clusters, the log',
}
const SERVICES: Readonly<Record<string, string>> = {
  apps: 'Client applications, their keys, secrets, tokens and grants',
  authorizationservers: 'Authorization servers, their keys and the refresh tokens that they issued',
  users: 'Users, their refresh tokens and what they allowed',
  keys: 'Every key there is',
  tokens: 'The ledger of tokens',
  revocations: 'What was revoked, and how it took effect',
  clusters: 'Who verifies tokens',
  federation: 'Identity providers and their keys',
  log: 'The log of the organization',
  audit: 'Who changed what',
}

/** SHOW: everything is told from the catalogue. */
export function runShow(run: StatementRun, { what, of, extended, like }: Show): StatementResult {
  const fits = pattern(like)
  const described = (columns: readonly string[]) => (extended ? [...columns, 'description'] : columns)
  switch (what) {
    case 'providers':
      return tableResult(
        'SHOW',
        described(['name']),
        Object.entries(PROVIDERS)
          .filter(([name]) => fits(name))
          .map(([name, description]) => (extended ? [name, description] : [name])),
      )
    case 'services': {
      const services = new Set(inside(of).map(({ service }) => service))
      return tableResult(
        'SHOW',
        described(['id', 'name', 'title']),
        [...services].filter(fits).map((name) => {
          const description = SERVICES[name] ?? ''
          return extended
            ? [`${name}:v1`, name, `${name} API`, description]
            : [`${name}:v1`, name, `${name} API`]
        }),
      )
    }
    case 'resources':
      return tableResult(
        'SHOW',
        described(['name', 'id', 'title']),
        inside(of)
          .filter(({ name }) => fits(name))
          .map((resource) => {
            const row = [resource.name, nameOf(resource), titleOf(resource)]
            return extended ? [...row, resource.description] : row
          }),
      )
    case 'methods':
      return tableResult(
        'SHOW',
        described(['MethodName', 'RequiredParams', 'SQLVerb']),
        requireResource(of)
          .methods.filter(({ name }) => fits(name))
          .map(({ name, required, verb, description }) => {
            const row = [name, [...required].sort().join(', '), verb.toUpperCase()]
            return extended ? [...row, description] : row
          }),
      )
    case 'insert into':
      return tableResult(
        'SHOW',
        ['insert'],
        insertsOf(requireResource(of)).map((text) => [text]),
      )
    case 'auth':
      inside(of)
      return tableResult(
        'SHOW',
        ['type', 'id', 'organization', 'subdomain', 'roles'],
        [
          [
            run.actor.type,
            run.actor.id,
            run.actor.organizationId,
            run.subdomain,
            [...run.actor.roles].join(', '),
          ],
        ],
      )
  }
}

/** DESCRIBE: the columns that can be read. */
export function runDescribe({ resource: path, extended }: Describe): StatementResult {
  const { columns } = requireResource(path)
  return tableResult(
    'DESCRIBE',
    extended ? ['name', 'type', 'description'] : ['name', 'type'],
    columns.map(({ name, type, description }) => (extended ? [name, type, description] : [name, type])),
  )
}

/** DESCRIBE METHOD: what can be said to a method. */
export function runDescribeMethod({ method: path, extended }: DescribeMethod): StatementResult {
  const { method } = requireMethod(path)
  const rows = [
    ...method.required.map((name) => [name, 'text', 'parameter', 1, 'Names what is meant']),
    ...method.optional.map((name) => [name, 'text', 'parameter', 0, 'Narrows what is read']),
    ...sayable(method).map(({ name, type, description }) => [name, type, 'body', 0, description]),
  ]
  return tableResult(
    'DESCRIBE',
    ['name', 'type', 'in', { name: 'required', type: 'boolean' }, ...(extended ? ['description'] : [])],
    extended ? rows : rows.map((row) => row.slice(0, -1)),
  )
}

/** A statement to fill in, for each way of inserting. */
function insertsOf(resource: Resource): string[] {
  return resource.methods
    .filter(({ verb }) => verb === 'insert')
    .map((method) => {
      const columns = [
        ...sayable(method).map(({ name }) => name),
        ...method.required,
        ...method.optional,
        SUBDOMAIN,
      ]
      const names = columns.map((name) => (/^[a-z]\w*$/i.test(name) && name !== 'use' ? name : `"${name}"`))
      const values = columns.map((name) => `'{{ ${name} }}'`)
      return `INSERT INTO ${nameOf(resource)} (${names.join(', ')}) SELECT ${values.join(', ')};`
    })
}

function sayable({ body }: Method) {
  return body.filter((column) => column.refused !== true)
}

/** Resources of a provider, or of one of its services. @throws DomainError `sql_invalid` */
function inside([provider, service]: readonly string[]): readonly Resource[] {
  const found = CATALOGUE.filter(
    (resource) => resource.provider === provider && (service === undefined || resource.service === service),
  )
  if (found.length === 0)
    throw faultyStatement('there is no provider or service of that name: SHOW PROVIDERS lists them')
  return found
}

function titleOf({ name }: Resource): string {
  return name.replaceAll('_', ' ').replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())
}

/** LIKE: `%` is anything, `_` one character, letters of either case alike. Without back-tracking that could explode. */
function pattern(like: string | undefined): (name: string) => boolean {
  if (like === undefined) return () => true
  const parts = like.toLowerCase().split('%')
  return (name) => {
    let rest = name.toLowerCase()
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1
      const at = index === 0 ? (matches(rest, part, 0) ? 0 : -1) : placeOf(rest, part, isLast)
      if (at < 0) return false
      rest = rest.slice(at + part.length)
    }
    return rest === '' || parts.at(-1) === ''
  }
}

function placeOf(text: string, part: string, isLast: boolean): number {
  const last = text.length - part.length
  for (let at = isLast ? Math.max(0, last) : 0; at <= last; at += 1) if (matches(text, part, at)) return at
  return -1
}

function matches(text: string, part: string, at: number): boolean {
  return (
    at + part.length <= text.length &&
    [...part].every((letter, index) => letter === '_' || letter === text[at + index])
  )
}
