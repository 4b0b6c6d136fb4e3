import { parseExpression } from './parse-expression.ts'
import { parseProjections, parseQuery } from './parse-query.ts'
import { faultyStatement } from './sql-fault.ts'
import { TokenReader } from './token-reader.ts'
import {
  type Assignment,
  type Explained,
  HINTS,
  type Hint,
  SHOWN,
  type Show,
  type Statement,
} from './tree.ts'

/** The longest statement, in characters. */
export const LONGEST_STATEMENT = 65_536

/**
 * Reads one statement; a semicolon may end it, and nothing may follow.
 *
 * @throws DomainError `sql_invalid`
 */
export function parseStatement(text: string): Statement {
  if (text.length > LONGEST_STATEMENT)
    throw faultyStatement(`the statement is longer than ${LONGEST_STATEMENT} characters`)
  const reader = new TokenReader(text, parseQuery)
  const statement = statementOf(reader)
  reader.takeSymbol(';')
  if (reader.peek().kind !== 'end')
    throw faultyStatement(
      'one statement at a time: something follows the end of the first',
      reader.peek().start,
    )
  return statement
}

function statementOf(reader: TokenReader): Statement {
  if (reader.takeWords('explain')) return { type: 'explain', statement: explained(reader) }
  if (reader.takeWords('show')) return show(reader)
  if (reader.takeWords('describe') || reader.takeWords('desc')) return describe(reader)
  return explained(reader)
}

function explained(reader: TokenReader): Explained {
  if (reader.takeWords('insert', 'into')) return insert(reader)
  if (reader.takeWords('update')) return update(reader, 'update')
  if (reader.takeWords('replace')) return update(reader, 'replace')
  if (reader.takeWords('delete', 'from')) return remove(reader)
  if (reader.takeWords('exec')) return exec(reader)
  if (reader.startsQuery()) return { type: 'select', query: reader.query() }
  throw reader.unexpected(
    'SELECT, INSERT INTO, UPDATE, REPLACE, DELETE FROM, EXEC, SHOW, DESCRIBE or EXPLAIN',
  )
}

function insert(reader: TokenReader): Explained {
  const resource = reader.needPath()
  const columns = reader.bracketed(() => reader.list(() => reader.needName()))
  const source = reader.query()
  return { type: 'insert', resource, columns, source, returning: returning(reader) }
}

function update(reader: TokenReader, type: 'update' | 'replace'): Explained {
  const resource = reader.needPath()
  reader.needWords('set')
  const set = reader.list((): Assignment => {
    const name = reader.needName()
    reader.needSymbol('=')
    return { name, value: parseExpression(reader) }
  })
  return { type, resource, set, ...condition(reader), returning: returning(reader) }
}

function remove(reader: TokenReader): Explained {
  const resource = reader.needPath()
  return { type: 'delete', resource, ...condition(reader), returning: returning(reader) }
}

function condition(reader: TokenReader) {
  return reader.takeWords('where') ? { where: parseExpression(reader) } : {}
}

function returning(reader: TokenReader) {
  return reader.takeWords('returning') ? parseProjections(reader) : []
}

/** The payload follows the parameters without a comma. */
function exec(reader: TokenReader): Explained {
  const hints: Hint[] = []
  while (reader.peek().kind === 'hint') hints.push(...hintsIn(reader.next().value))
  const method = reader.needPath()
  const parameters: Assignment[] = []
  if (reader.peek().kind === 'variable')
    parameters.push(
      ...reader.list((): Assignment => {
        const { kind, value: name } = reader.peek()
        if (kind !== 'variable') throw reader.unexpected('@parameter')
        reader.next()
        reader.needSymbol('=')
        return { name, value: parseExpression(reader) }
      }),
    )
  if (reader.peek().kind !== 'payload') return { type: 'exec', method, hints, parameters }
  if (reader.next().value.toLowerCase() !== 'json') throw faultyStatement('a payload is written @@json')
  reader.needSymbol('=')
  return { type: 'exec', method, hints, parameters, payload: parseExpression(reader) }
}

function hintsIn(text: string): Hint[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => {
      const hint = HINTS.find((known) => known === word.toUpperCase())
      if (hint === undefined) throw faultyStatement(`the hints are ${HINTS.join(' and ')}`)
      return hint
    })
}

function show(reader: TokenReader): Show {
  if (reader.takeWords('insert', 'into'))
    return { type: 'show', what: 'insert into', extended: false, of: reader.needPath() }
  if (reader.takeWords('auth')) return { type: 'show', what: 'auth', extended: false, of: reader.needPath() }
  const extended = reader.takeWords('extended')
  if (reader.takeWords('providers'))
    return { type: 'show', what: 'providers', extended, of: [], ...like(reader) }
  const what = SHOWN.find((word) => reader.takeWords(word))
  if (what === undefined)
    throw reader.unexpected('PROVIDERS, SERVICES, RESOURCES, METHODS, INSERT INTO or AUTH')
  if (!reader.takeWords('in') && !reader.takeWords('from')) throw reader.unexpected('IN')
  return { type: 'show', what, extended, of: reader.needPath(), ...like(reader) }
}

function like(reader: TokenReader) {
  return reader.takeWords('like') ? { like: reader.needText('a pattern') } : {}
}

function describe(reader: TokenReader): Statement {
  // A resource may be called `method`, but only behind its provider.
  const isMethod = reader.isWord('method') && !reader.isSymbol('.', 1)
  if (isMethod) reader.next()
  const extended = reader.takeWords('extended')
  const path = reader.needPath()
  return isMethod
    ? { type: 'describe method', extended, method: path }
    : { type: 'describe', extended, resource: path }
}
