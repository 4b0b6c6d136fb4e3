export { parseStatement } from './parse-statement.ts'
export { printExpression, printQuery, printStatement } from './print.ts'
export { faultyStatement } from './sql-fault.ts'
export type * from './tree.ts'
