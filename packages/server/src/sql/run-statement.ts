import type { Actor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { runChange } from './change.ts'
import { isReading, requireMethod, runExec } from './exec.ts'
import { runExplain } from './explain.ts'
import { type ParameterValue, parameterCount, withParameters } from './plan/parameters.ts'
import { returningQuery } from './plan/plan-query.ts'
import type { ResultColumn, StatementResult } from './result.ts'
import { describeQuery, runQuery } from './select.ts'
import type { SqlServices } from './services.ts'
import { runDescribe, runDescribeMethod, runShow } from './show.ts'
import { type StatementRun, startRun } from './statement-run.ts'
import { parseStatement, type Statement } from './syntax/index.ts'

export interface StatementOptions {
  /** The values of `$1`, `$2`, … */
  readonly parameters?: readonly ParameterValue[]
  /** Ends a reading early. A change is carried out: what has begun to change is not cut off in between. */
  readonly signal?: AbortSignal
}

/**
 * Runs one statement under the rights of whoever asks, and answers its rows.
 *
 * @throws DomainError `sql_…`, `permission_denied`, and whatever the command of the domain refuses with
 */
export function runStatement(
  services: SqlServices,
  actor: Actor,
  text: string,
  { parameters = [], signal }: StatementOptions = {},
): Promise<StatementResult> {
  return services.turns.take(actor.organizationId, async () => {
    const statement = withParameters(parseStatement(text), parameters)
    requireRights(actor, statement)
    const run = await startRun(services, actor, isChange(statement) ? undefined : signal)
    return carryOut(run, statement)
  })
}

/** What a statement would answer. */
export interface StatementDescription {
  readonly command: string
  readonly columns: readonly ResultColumn[]
  /** How many parameters it has; each is taken as text. */
  readonly parameters: number
}

/**
 * Tells what a statement would answer, without reading or changing anything.
 *
 * @throws DomainError as `runStatement`, for what can be known beforehand
 */
export function describeStatement(
  services: SqlServices,
  actor: Actor,
  text: string,
): Promise<StatementDescription> {
  return services.turns.take(actor.organizationId, async () => {
    const parsed = parseStatement(text)
    requireRights(actor, parsed)
    const parameters = parameterCount(parsed)
    const statement = withParameters(parsed, Array<null>(parameters).fill(null))
    const run = await startRun(services, actor)
    return { command: commandOf(statement), columns: await columnsOf(run, statement), parameters }
  })
}

function carryOut(run: StatementRun, statement: Statement): Promise<StatementResult> | StatementResult {
  switch (statement.type) {
    case 'select':
      return runQuery(run, statement.query)
    case 'insert':
    case 'update':
    case 'replace':
    case 'delete':
      return runChange(run, statement)
    case 'exec':
      return runExec(run, statement)
    case 'show':
      return runShow(run, statement)
    case 'describe':
      return runDescribe(statement)
    case 'describe method':
      return runDescribeMethod(statement)
    case 'explain':
      return runExplain(run, statement.statement)
  }
}

async function columnsOf(run: StatementRun, statement: Statement): Promise<readonly ResultColumn[]> {
  switch (statement.type) {
    case 'select':
      return describeQuery(run, statement.query)
    case 'insert':
    case 'update':
    case 'replace':
    case 'delete':
      if (statement.returning.length === 0) return []
      return describeQuery(run, returningQuery(statement.resource, statement.returning))
    case 'exec': {
      const { resource, method } = requireMethod(statement.method)
      if (method.shows === undefined && !statement.hints.includes('SHOWRESULTS')) return []
      return (method.shows ?? resource.columns).map(({ name, type }) => ({ name, type }))
    }
    default:
      return (await carryOut(run, statement)).columns
  }
}

function commandOf({ type }: Statement): string {
  return type === 'describe method' ? 'DESCRIBE' : type.toUpperCase()
}

/** Readers read; whoever changes something administers the organization. Resources ask for more where HTTP does. */
function requireRights(actor: Actor, statement: Statement): void {
  const { roles, scopes } = actor
  const writes = isChange(statement)
  const byRole = roles.has('organization_admin') || (!writes && roles.has('organization_reader'))
  const byScope =
    scopes === undefined || scopes.has('rescind.manage') || (!writes && scopes.has('rescind.read'))
  if (!byRole || !byScope) throw new DomainError('permission_denied')
}

function isChange(statement: Statement): boolean {
  if (statement.type === 'exec') return !isReading(requireMethod(statement.method).method)
  return ['insert', 'update', 'replace', 'delete'].includes(statement.type)
}
