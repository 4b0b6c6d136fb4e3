import type { Installation } from './installation.ts'
import type { LogEntries, LogHeads } from './log.ts'
import type { Organizations } from './organizations.ts'

/** The schema as the queries see it. Times are milliseconds since the epoch; flags are 0 or 1; JSON is text. */
export interface Tables {
  installation: Installation
  organizations: Organizations
  log_heads: LogHeads
  log_entries: LogEntries
}
