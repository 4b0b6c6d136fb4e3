import { oktaOperations, type RunnableOperation } from '../apis/okta/operations.ts'
import type { Authority } from '../authority/index.ts'
import type { Knowledge } from '../log/index.ts'
import { SandboxProcesses } from './sandbox/processes.ts'
import { Turns } from './turns.ts'

/** What statements run on. Opened once, by `start`. */
export interface SqlServices {
  readonly authority: Authority
  readonly knowledge: Knowledge
  /** The operations of the Okta Management API, by place. */
  readonly okta: ReadonlyMap<string, RunnableOperation>
  readonly processes: SandboxProcesses
  readonly turns: Turns
}

/** The processes are started when a statement first needs one; `close()` of `processes` ends them. */
export function openSqlServices(authority: Authority, knowledge: Knowledge): SqlServices {
  return {
    authority,
    knowledge,
    okta: oktaOperations(authority, { knowledge }),
    processes: new SandboxProcesses(),
    turns: new Turns(),
  }
}
