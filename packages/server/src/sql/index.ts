export {
  CATALOGUE,
  COLUMN_TYPES,
  type Column,
  type Method,
  nameOf,
  parametersOf,
  type Resource,
} from './catalogue/index.ts'
export { inParts } from './in-parts.ts'
export { PostgresListener } from './pgwire/listener.ts'
export type { ParameterValue } from './plan/parameters.ts'
export type { ResultColumn, StatementResult } from './result.ts'
export { describeStatement, runStatement, type StatementDescription } from './run-statement.ts'
export { openSqlServices, type SqlServices } from './services.ts'
