import { DomainError } from '../errors/index.ts'
import { parseStrictJson } from '../json/strict-json.ts'
import type { Column, Method } from './catalogue/index.ts'
import type { Cell } from './sandbox/messages.ts'
import { faultyStatement } from './syntax/index.ts'

/** A value as the command of the domain expects it. What is NULL is not said. */
export function bodyOf(method: Method, given: ReadonlyMap<string, Cell>): Readonly<Record<string, unknown>> {
  const members: [string, unknown][] = []
  for (const [name, value] of given) {
    const column = method.body.find((candidate) => candidate.name === name)
    if (column === undefined)
      throw faultyStatement(`${method.name} takes no column ${name}: SHOW INSERT INTO lists what it takes`)
    if (value !== null) members.push([name, memberOf(column, value)])
  }
  return Object.fromEntries(members)
}

function memberOf({ name, type }: Column, value: string | number): unknown {
  switch (type) {
    case 'json':
      return typeof value === 'string' ? readJson(value, name) : value
    case 'boolean':
      if (['1', 'true', 1].includes(value)) return true
      if (['0', 'false', 0].includes(value)) return false
      throw faultyStatement(`${name} is true or false`)
    case 'integer':
    case 'real':
      if (typeof value === 'string' && (value.trim() === '' || !Number.isFinite(Number(value))))
        throw faultyStatement(`${name} is a number`)
      return Number(value)
    default:
      return String(value)
  }
}

/** @throws DomainError `sql_invalid`; never the text, which may have a secret in it */
export function readJson(text: string, name: string): unknown {
  const parsed = parseStrictJson(Buffer.from(text))
  if (!parsed.ok) throw faultyStatement(`${name} is not well-formed JSON: ${parsed.reason}`)
  return parsed.value
}

/** The members of a payload. @throws DomainError `sql_invalid` for what is no object */
export function readPayload(text: string): Readonly<Record<string, unknown>> {
  const value = readJson(text, '@@json')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DomainError('sql_invalid', { message: '@@json is a JSON object' })
  return Object.fromEntries(Object.entries(value))
}
