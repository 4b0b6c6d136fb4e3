/** What a statement may use. Each is refused by `sql_limit_exceeded`, none by a shorter answer. */
export const LIMITS = {
  /** Rows that one resource gives to a statement. */
  rowsPerTable: 20_000,
  /** Rows that all resources of a statement give together. */
  rowsRead: 50_000,
  /** Characters of all that is read. */
  charactersRead: 33_554_432,
  /** Calls of methods: each value of an IN list, each row that another resource is joined by. */
  calls: 1_000,
  /** Rows and characters of an answer. */
  rowsAnswered: 10_000,
  charactersAnswered: 8_388_608,
  /** Rows that one INSERT, UPDATE or DELETE changes. */
  changes: 1_000,
  /** Milliseconds for the relational work. */
  relationalTime: 5_000,
  /** Milliseconds for everything, a change excepted: what has begun to change is not cut off in between. */
  time: 30_000,
  /** Statements of one organization that run or wait. */
  statementsPerOrganization: 4,
  /** Milliseconds that an organization rests after a statement at most, before its next begins: see `Turns`. */
  rest: 100,
  /** Processes for relational work, and statements that wait for one. */
  processes: 2,
  waiting: 32,
  /** Bytes of memory of such a process. */
  memory: 268_435_456,
  /** Characters of one value. */
  value: 1_048_576,
} as const
