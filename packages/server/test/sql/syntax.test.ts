import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DomainError } from '../../src/errors/index.ts'
import { splitStatements } from '../../src/sql/shell/index.ts'
import { parseStatement, printStatement } from '../../src/sql/syntax/index.ts'
import { statements } from './statements.ts'

/** Whatever the text is, it is read or refused by name. */
function refusalOf(text: string): DomainError | undefined {
  try {
    parseStatement(text)
    return undefined
  } catch (failure) {
    if (failure instanceof DomainError) return failure
    throw failure
  }
}

const FRAGMENTS =
  `SELECT FROM WHERE ( ) , . * ; ' " \` -- /* */ /*+ $1 @a @@json = <> || -> :: AND OR NOT IN BETWEEN LIKE
  CASE WHEN END CAST AS NULL 1 1e9 'a' "b" x okta.apps.jwks EXEC SHOW DESCRIBE INSERT INTO VALUES WITH RECURSIVE
  UNION ALL ORDER BY LIMIT JOIN LEFT ON USING GROUP HAVING EXPLAIN DELETE REPLACE SET RETURNING \0 é`.split(
    /\s+/,
  )

describe('a statement', () => {
  it('that is printed is read as the same tree', () => {
    fc.assert(
      fc.property(statements, (tree) => {
        expect(parseStatement(printStatement(tree))).toEqual(tree)
      }),
      { numRuns: 400 },
    )
  })

  it('is read or refused, whatever it is', () => {
    const words = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 40 }).map((parts) => parts.join(' '))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), words), (text) => {
        refusalOf(text)
        const parsed = refusalOf(text) === undefined ? parseStatement(text) : undefined
        if (parsed !== undefined) expect(parseStatement(printStatement(parsed))).toEqual(parsed)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['brackets', `SELECT ${'('.repeat(30_000)}1`],
    ['signs', `SELECT ${'- '.repeat(30_000)}1`],
    ['a long sum', `SELECT ${'1+'.repeat(30_000)}1`],
    ['negations', `SELECT ${'NOT '.repeat(15_000)}1`],
    ['queries in queries', `${'SELECT (SELECT '.repeat(4_000)}1`],
    ['functions', `SELECT ${'lower('.repeat(9_000)}1`],
    ['ten megabytes', `SELECT '${'a'.repeat(10_000_000)}'`],
    ['a comment that does not end', `SELECT 1 /*${'*'.repeat(60_000)}`],
    ['quotes', "'".repeat(65_001)],
  ])('of too many %s is refused', (_, text) => {
    expect(refusalOf(text)?.code).toBe('sql_invalid')
  })

  it('keeps to one statement, and to names quoted by the double quote', () => {
    for (const text of [
      'SELECT 1; SELECT 2',
      'SELECT 1;;',
      'SELECT `a`',
      'SELECT 1 -- \n; DELETE FROM okta.apps.jwks',
      "ATTACH DATABASE 'x' AS y",
      'PRAGMA table_info(t0)',
      "COPY x FROM PROGRAM 'id'",
      'CREATE TABLE x (y)',
      'DROP TABLE t0',
      'BEGIN',
      "VACUUM INTO 'x'",
      'SET ROLE postgres',
      'SELECT use FROM okta.apps.jwks',
      "SELECT x'00'",
      'SELECT ?1',
    ])
      expect(refusalOf(text)?.code, text).toBe('sql_invalid')
  })
})

describe('a shell', () => {
  it('cuts what was typed at semicolons that are none of a text, a name or a comment', () => {
    const text = `SELECT ';' AS ";" -- ;\n/* ; */; SELECT 'it''s;';\nSELECT 1`
    expect(splitStatements(text)).toEqual({
      statements: [`SELECT ';' AS ";" -- ;\n/* ; */`, `SELECT 'it''s;'`],
      rest: '\nSELECT 1',
    })
    expect(splitStatements("SELECT 'open; ")).toEqual({ statements: [], rest: "SELECT 'open; " })
  })
})
