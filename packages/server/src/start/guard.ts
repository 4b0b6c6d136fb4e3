import { startGuard } from '@rescind/verifier/guard'
import { ConfigurationError } from './configuration/index.ts'

/** The words of `rescind guard`; what is missing is looked for in the environment. */
export interface GuardWords {
  readonly authority?: string | undefined
  readonly credential?: string | undefined
  readonly audience?: string | undefined
  readonly host?: string | undefined
  readonly port?: string | undefined
  readonly scope?: string | undefined
  readonly snapshot?: string | undefined
}

/**
 * Runs the sidecar until it is told to stop.
 *
 * @param print writes one line to stdout
 * @throws ConfigurationError that names what is missing
 */
export async function runGuard(words: GuardWords, print: (line: string) => void): Promise<void> {
  const port = Number(words.port)
  if (words.port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigurationError('--port', 'must be a whole number from 0 to 65535')
  const options = {
    authority: required(words.authority, 'authority'),
    // A command line is shown to everybody on the machine; the environment is not.
    credential: required(words.credential ?? process.env.RESCIND_CLUSTER_CREDENTIAL, 'credential'),
    audience: required(words.audience, 'audience'),
    port,
    ...(words.host !== undefined && { host: words.host }),
    ...(words.scope !== undefined && { scopes: words.scope.split(' ').filter(Boolean) }),
    ...(words.snapshot !== undefined && { snapshotFile: words.snapshot }),
  }
  const guard = await startGuard(options).catch((failure: unknown) => {
    if (failure instanceof TypeError) throw new ConfigurationError('guard:', failure.message)
    throw failure
  })
  const stop = () => void guard.close()
  process.once('SIGTERM', stop).once('SIGINT', stop)
  print(`rescind guard ready on ${guard.url}`)
}

function required(value: string | undefined, name: string): string {
  if (value !== undefined && value !== '') return value
  throw new ConfigurationError(`--${name}`, 'is missing')
}
