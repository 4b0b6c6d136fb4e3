import type { TSchema } from 'typebox'

const INTEGER = /^(?:0|-?[1-9][0-9]{0,14})$/

/**
 * Query parameters arrive as text. Where the schema asks for an integer or a boolean, its one spelling becomes
 * that; any other spelling stays text, and the schema refuses it. (A body says itself what is a number.)
 */
export function readQuery(schema: TSchema, query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query
  const types = typesOf(schema)
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, read(types.get(name), value)]),
  )
}

function read(type: unknown, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (type === 'integer' && INTEGER.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** The JSON type of each member, as the schema says it. */
function typesOf(schema: TSchema): ReadonlyMap<string, unknown> {
  if (!('properties' in schema) || typeof schema.properties !== 'object' || schema.properties === null)
    return new Map()
  return new Map(
    Object.entries(schema.properties).map(([name, member]: [string, unknown]) => [
      name,
      typeof member === 'object' && member !== null && 'type' in member ? member.type : undefined,
    ]),
  )
}
