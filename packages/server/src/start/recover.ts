import { userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { formatPosition } from '@rescind/core/log'
import { type Authority, systemActor } from '../authority/index.ts'
import { renewProviderKeys } from '../federation/provider-keys/recover.ts'
import { type Recovery, type RecoveryStep, recoverLog } from '../federation/recovery/recover.ts'
import { type LogState, nextIncarnation, scopeOf, statesOfLogs } from '../federation/recovery/stopped-logs.ts'
import { dismissDivergence } from '../log/index.ts'
import { renewReceiptKey } from '../revocation/effect/receipt-keys.ts'
import { ConfigurationError, readConfiguration } from './configuration/index.ts'
import { openLogger } from './logging.ts'
import { openAuthority } from './open-authority.ts'

/** The words of `rescind recover`. */
export interface RecoverWords {
  readonly all?: boolean | undefined
  readonly log?: string | undefined
  readonly reason?: string | undefined
  readonly dismiss?: boolean | undefined
  readonly yes?: boolean | undefined
}

/** What has keys or state of its own to begin anew, beside signing keys and what the log says of identity providers. */
const STEPS: readonly RecoveryStep[] = [renewReceiptKey, renewProviderKeys]

/**
 * Recovers logs after a database was put back to an older state: on the database itself, by the server's own
 * configuration. The embedded database has one process, so its server must have stopped; on PostgreSQL the nodes may
 * run, and go on with the new incarnation.
 *
 * @param print writes one line to stdout
 * @throws ConfigurationError, MasterKeyRefused, StoreRefused with a message for the operator
 */
export async function runRecover(words: RecoverWords, print: (line: string) => void): Promise<void> {
  const configuration = readConfiguration(process.env)
  if (configuration.publicUrl === undefined && configuration.port === 0)
    throw new ConfigurationError('RESCIND_PUBLIC_URL', 'must be given: issuers begin with it')
  const publicUrl = configuration.publicUrl ?? `http://localhost:${configuration.port}`
  const authority = await openAuthority(configuration, publicUrl, openLogger(configuration.logLevel), {
    onFatal(failure) {
      throw failure
    },
  })
  try {
    const chosen = choose(await statesOfLogs(authority), words)
    for (const state of chosen) for (const line of describe(state, words)) print(line)
    if (chosen.length === 0)
      print('No log has been reported to lack anything. After a restore: rescind recover --all')
    else if (await isConfirmed(words, publicUrl))
      for (const state of chosen) await act(authority, state, words, print)
    else print('Nothing was changed.')
  } finally {
    await authority.store.close()
  }
}

function choose(states: readonly LogState[], { all, log }: RecoverWords): readonly LogState[] {
  if (log !== undefined && !states.some((state) => state.log === log))
    throw new ConfigurationError('--log', 'names no log of this database')
  if (log !== undefined) return states.filter((state) => state.log === log)
  return all ? states : states.filter(({ halt }) => halt !== undefined)
}

function* describe(state: LogState, { dismiss }: RecoverWords): Generator<string> {
  const { log, name, head, halt, reports } = state
  yield `log ${log} (${name ?? 'federation'}) is at ${formatPosition(head.position)}`
  if (halt !== undefined) yield `  stopped since ${new Date(halt.halted_at).toISOString()}`
  for (const { by, place, digest, at } of reports) {
    const who = Object.entries(by).map(([what, id]) => `${what} ${id}`)
    yield `  ${who.join(', ')} reported ${place} (${digest.slice(0, 12)}…) at ${new Date(at).toISOString()}`
  }
  yield dismiss
    ? '  the reports will be dismissed as false, and everything goes on as it was'
    : `  incarnation ${nextIncarnation(state)} will be opened: all tokens, sessions, codes and grants become void, signing keys are replaced, keys of identity providers are fetched anew`
}

async function isConfirmed({ yes, dismiss }: RecoverWords, publicUrl: string): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) throw new ConfigurationError('--yes', 'must be given where nobody can be asked')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const what = dismiss ? 'Dismiss these reports?' : `Recover? Issuers begin with ${publicUrl}.`
  const answer = await lines.question(`${what} Type yes: `)
  lines.close()
  return answer.trim() === 'yes'
}

async function act(
  authority: Authority,
  { log, name }: LogState,
  { dismiss, reason = 'rescind recover' }: RecoverWords,
  print: (line: string) => void,
): Promise<void> {
  const operator = userInfo().username
  if (!dismiss) {
    const order = { log: { id: log, name }, operator, reason, steps: STEPS }
    print(`log ${log} (${name ?? 'federation'}):`)
    for (const line of told(await recoverLog(authority, order))) print(line)
    return
  }
  const dismissed = await authority.store.write(scopeOf({ id: log, name }), (tx) =>
    dismissDivergence(tx, systemActor(log), `${operator}: ${reason}`, authority.clock.now()),
  )
  print(`log ${log} ${dismissed ? 'goes on: the reports were dismissed' : 'had not stopped'}`)
}

function* told({ position, lost, issuers, providers, administrator }: Recovery): Generator<string> {
  yield `  goes on at ${formatPosition(position)}`
  yield `  lost: ${lost === undefined ? 'unknown, nobody reported a place' : `everything up to ${lost} that is not here`}`
  yield `  ${issuers} issuers have new keys, ${providers} identity providers are fetched anew`
  if (administrator === undefined) return
  yield `  a new API token of ${administrator.login}, shown this once:`
  yield `RESCIND_ADMIN_API_TOKEN=${administrator.apiToken.reveal()}`
}
