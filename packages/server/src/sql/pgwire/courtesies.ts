import { CATALOGUE } from '../catalogue/index.ts'
import { type StatementResult, tableResult } from '../result.ts'
import { ProtocolFault } from './faults.ts'

/** What clients of PostgreSQL say besides statements, and what they hear. */
export interface Courtesy {
  readonly result: StatementResult
  /** What becomes of the transaction that the client believes in. */
  readonly transaction?: 'begins' | 'ends' | 'is undone'
  /** The prepared statement that is let go of; all of them when it is empty. */
  readonly deallocate?: string
}

/** What SHOW answers, and what clients are told when they have signed in. */
export const SETTINGS: ReadonlyMap<string, string> = new Map([
  ['server_version', '15.0 (Rescind)'],
  ['server_encoding', 'UTF8'],
  ['client_encoding', 'UTF8'],
  ['datestyle', 'ISO, MDY'],
  ['intervalstyle', 'postgres'],
  ['timezone', 'UTC'],
  ['integer_datetimes', 'on'],
  ['standard_conforming_strings', 'on'],
  ['search_path', 'okta, rescind'],
  ['transaction isolation level', 'read committed'],
  ['transaction_isolation', 'read committed'],
  ['transaction_read_only', 'off'],
  ['default_transaction_read_only', 'off'],
  ['max_identifier_length', '63'],
])
/** What the dialect's own SHOW shows. */
const OWN = /^show\s+(?:extended\s+)?(?:providers|services|resources|methods|insert|auth)\b/i

/** @returns undefined for a statement of the dialect. @throws ProtocolFault for a look-up that has no answer */
export function courtesy(
  text: string,
  session: { readonly user: string; readonly database: string },
): Courtesy | undefined {
  const words = bare(text)
  const control = transactionOf(words)
  if (control !== undefined) return control
  const [verb = ''] = words.toLowerCase().split(/\s/, 1)
  if (verb === 'set' || verb === 'reset' || verb === 'discard')
    return done(verb === 'discard' ? 'DISCARD ALL' : verb.toUpperCase())
  const deallocate = /^deallocate\s+(?:prepare\s+)?"?(\w+)"?$/i.exec(words)?.[1]
  if (deallocate !== undefined)
    return { ...done('DEALLOCATE'), deallocate: /^all$/i.test(deallocate) ? '' : deallocate }
  if (verb === 'show' && !OWN.test(words)) return setting(words.slice(4).trim())
  const said = SAYINGS.get(words.toLowerCase().replaceAll(/\s+/g, ' '))
  if (said !== undefined) return { result: tableResult('SELECT', [said.name], [[said.value(session)]]) }
  if (isLookUp(words)) return { result: lookUp(words) }
  return undefined
}

/** Without comments, texts, and the semicolon behind: what is said, not what is talked about. */
function bare(text: string): string {
  return text
    .replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (part) => (part.startsWith("'") ? "''" : ' '))
    .replace(/[\s;]+$/, '')
    .trim()
}

function transactionOf(words: string): Courtesy | undefined {
  if (/^(begin|start\s+transaction)\b[^;]*$/i.test(words)) return { ...done('BEGIN'), transaction: 'begins' }
  if (/^(commit|end)\b[^;]*$/i.test(words)) return { ...done('COMMIT'), transaction: 'ends' }
  if (/^(rollback|abort)\b[^;]*$/i.test(words)) return { ...done('ROLLBACK'), transaction: 'is undone' }
  if (/^savepoint\s+\S+$/i.test(words)) return done('SAVEPOINT')
  return /^release\s+[^;]+$/i.test(words) ? done('RELEASE') : undefined
}

function done(command: string): Courtesy {
  return { result: tableResult(command, [], []) }
}

function setting(name: string): Courtesy {
  const value = SETTINGS.get(name.toLowerCase())
  if (value === undefined) throw new ProtocolFault('42704', 'there is no setting of that name')
  return { result: tableResult('SHOW', [name.toLowerCase().replaceAll(' ', '_')], [[value]]) }
}

interface Saying {
  readonly name: string
  readonly value: (session: { readonly user: string; readonly database: string }) => string
}

const SAYINGS: ReadonlyMap<string, Saying> = new Map<string, Saying>([
  ['select version()', { name: 'version', value: () => 'PostgreSQL 15.0 (Rescind)' }],
  ['select pg_catalog.version()', { name: 'version', value: () => 'PostgreSQL 15.0 (Rescind)' }],
  ['select current_database()', { name: 'current_database', value: ({ database }) => database }],
  ['select current_schema()', { name: 'current_schema', value: () => 'okta' }],
  ['select current_user', { name: 'current_user', value: ({ user }) => user }],
])

function isLookUp(words: string): boolean {
  return /\bpg_catalog\b|\binformation_schema\b|\b(?:from|join)\s+pg_\w+/i.test(words)
}

/**
 * The look-ups of `\dt`, `\dn`, `\l` and `\d name`, known by what they read and the columns that they name.
 *
 * @throws ProtocolFault for any other
 */
function lookUp(words: string): StatementResult {
  if (/\bfrom\s+pg_catalog\.pg_database\b/i.test(words)) return tableResult('SELECT', ['Name'], [])
  if (/^select\s+n\.nspname\s+as\s+"Name"/i.test(words)) {
    const schemas = [...new Set(CATALOGUE.map(({ provider, service }) => `${provider}.${service}`))]
    return tableResult(
      'SELECT',
      ['Name', 'Owner'],
      schemas.map((name) => [name, 'rescind']),
    )
  }
  if (/^select\s+n\.nspname\s+as\s+"Schema",\s*c\.relname\s+as\s+"Name"/i.test(words))
    return tableResult(
      'SELECT',
      ['Schema', 'Name', 'Type', 'Owner'],
      CATALOGUE.map(({ provider, service, name }) => [`${provider}.${service}`, name, 'table', 'rescind']),
    )
  // `\d name` asks for the number of a relation first: there is none, and psql says so.
  if (/^select\s+c\.oid,\s*n\.nspname,\s*c\.relname\s+from\s+pg_catalog\.pg_class\b/i.test(words))
    return tableResult('SELECT', ['oid', 'nspname', 'relname'], [])
  throw new ProtocolFault(
    '0A000',
    'there is no system catalogue here: SHOW RESOURCES IN okta.apps lists resources, DESCRIBE okta.apps.jwks their columns',
  )
}
