import { CATALOGUE, nameOf, parametersOf } from '../catalogue/index.ts'
import { FUNCTION_NAMES } from '../sandbox/functions.ts'

const WORDS =
  `SELECT FROM WHERE JOIN LEFT JOIN GROUP BY HAVING ORDER BY LIMIT INSERT INTO VALUES RETURNING UPDATE SET REPLACE
  DELETE FROM EXEC SHOW PROVIDERS SERVICES RESOURCES METHODS EXTENDED DESCRIBE METHOD EXPLAIN WITH AS AND OR NOT IN LIKE
  BETWEEN IS NULL DISTINCT UNION ALL CASE WHEN THEN ELSE END`.split(/\s+/)

/**
 * What may follow: the rest of a resource's name, or, behind a resource that the line names, also its columns.
 *
 * @returns the candidates, and what of the line they would take the place of
 */
export function complete(line: string): [candidates: string[], replaced: string] {
  const word = /[\w.@]*$/.exec(line)?.[0] ?? ''
  const folded = word.toLowerCase()
  const candidates = word.includes('.')
    ? paths(line)
    : [...WORDS, ...columnsIn(line), ...providers(), ...functions()]
  const fitting = candidates.filter((candidate) => candidate.toLowerCase().startsWith(folded))
  return [[...new Set(fitting)].sort(), word]
}

function paths(line: string): string[] {
  const resources = CATALOGUE.map(nameOf)
  if (!/\b(?:exec|method)\b/i.test(line)) return resources
  return CATALOGUE.flatMap((resource) => resource.methods.map(({ name }) => `${nameOf(resource)}.${name}`))
}

function columnsIn(line: string): string[] {
  const named = CATALOGUE.filter((resource) => line.includes(nameOf(resource)))
  return named.flatMap((resource) => [...resource.columns.map(({ name }) => name), ...parametersOf(resource)])
}

function providers(): string[] {
  return CATALOGUE.map(({ provider, service }) => `${provider}.${service}.`)
}

function functions(): string[] {
  return FUNCTION_NAMES.map((name) => `${name}(`)
}
