import { REASON_CODES, type ReasonCode } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { readJson } from '../../body.ts'
import { faultyStatement } from '../../syntax/index.ts'

const LONGEST_NOTE = 1_000
const Kids = Compile(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 100 }))

/** Why something is revoked, as a statement tells it. @throws DomainError `sql_invalid` */
export function why(given: Readonly<Record<string, unknown>>): {
  readonly reason: ReasonCode
  readonly note?: string
} {
  const reason = REASON_CODES.find((code) => code === (given.reason ?? 'unspecified'))
  if (reason === undefined) throw faultyStatement(`reason is one of ${REASON_CODES.join(', ')}`)
  if (given.note === undefined) return { reason }
  const note = String(given.note)
  if (note.length > LONGEST_NOTE) throw faultyStatement(`note has ${LONGEST_NOTE} characters at most`)
  return { reason, note }
}

/** Kids in an array of JSON; one kid may stand by itself. @throws DomainError `sql_invalid` */
export function blockedKids(given: unknown): readonly string[] {
  if (given === undefined) return []
  const isArray = typeof given === 'string' && given.trimStart().startsWith('[')
  const kids = isArray ? readJson(given, 'block_kids') : [given]
  if (!Kids.Check(kids)) throw faultyStatement('block_kids is a kid, or an array of kids in JSON')
  return kids
}
