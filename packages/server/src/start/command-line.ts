import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { VERSION } from '../authority/index.ts'
import { MasterKeyRefused } from '../secrets/index.ts'
import { StoreRefused } from '../store/index.ts'
import { ConfigurationError, readConfiguration } from './configuration/index.ts'
import { runGuard } from './guard.ts'
import { openLogger } from './logging.ts'
import { runRecover } from './recover.ts'
import { serve } from './serve.ts'
import { stopOnSignal } from './signals.ts'

const USAGE = `usage: rescind serve [--demo]
       rescind guard --authority URL --credential C --audience A --port P [--host H] [--scope S] [--snapshot FILE]
       rescind recover [--all | --log ID] [--reason TEXT] [--dismiss] [--yes]
       rescind revoke <what> <id> --reason R [--note TEXT] [--watch] [--dry-run] [--url URL]
       rescind receipt get <id> [--out FILE] · rescind receipt verify <file> --keys <file or URL>
       rescind sql ["STATEMENT"] [-f FILE] [-o table|csv|json|jsonl] [--url URL]
       rescind stackql registry --out DIR [--url URL]
       rescind --version

serve   Runs the authority. Its configuration is environment variables: docs/configuration.md lists them.
        --demo shows keys being added, published and rotated, then keeps serving.
guard   Answers a proxy's question about a request's token: 204, 401, 403 or 503 (docs/verifier.md).
        The credential may also stand in RESCIND_CLUSTER_CREDENTIAL.
recover Opens a new incarnation of every log that was reported to lack entries, with --all of every log: mandatory
        after a restore (docs/operations.md). It works on the database, by the configuration of the server.
        --dismiss lets the logs go on as they were: for reports that are known to be false.
Of the others \`rescind <command> --help\` tells more.`

/** The command line of what runs here; `commands` has the rest. Whatever the operator can put right is one line on stderr, and exit code 1. */
export async function commandLine(words: readonly string[]): Promise<void> {
  try {
    const { values, positionals } = parse(words)
    if (values.version) printLine(VERSION)
    else if (values.help) printLine(USAGE)
    else if (positionals.join(' ') === 'guard') await runGuard(values, printLine)
    else if (positionals.join(' ') === 'recover') await runRecover(values, printLine)
    else if (positionals.join(' ') !== 'serve') throw new UsageError(USAGE)
    else await run({ demo: values.demo })
  } catch (failure) {
    if (!isForTheOperator(failure)) throw failure
    process.stderr.write(
      failure instanceof UsageError ? `${failure.message}\n` : `rescind: ${failure.message}\n`,
    )
    process.exitCode = 1
  }
}

class UsageError extends Error {}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        demo: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
        authority: { type: 'string' },
        credential: { type: 'string' },
        audience: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        scope: { type: 'string' },
        snapshot: { type: 'string' },
        all: { type: 'boolean' },
        log: { type: 'string' },
        reason: { type: 'string' },
        dismiss: { type: 'boolean' },
        yes: { type: 'boolean' },
      },
    })
  } catch (cause) {
    throw new UsageError(USAGE, { cause })
  }
}

async function run({ demo }: { readonly demo: boolean }): Promise<void> {
  const configuration = readConfiguration(process.env)
  const logger = openLogger(configuration.logLevel)
  for (const remark of configuration.remarks) logger.warn(remark)
  const serving = await serve(configuration, {
    logger,
    print: printLine,
    onFatal(failure) {
      logger.fatal({ err: failure }, 'the state of the database is in doubt: this process ends')
      process.exit(1)
    },
  })
  stopOnSignal(serving, logger)
  await serving.announce()
  if (demo) {
    const { demonstrate } = await import('./demonstration/index.ts')
    await demonstrate(serving)
  }
}

function isForTheOperator(failure: unknown): failure is Error {
  return [ConfigurationError, MasterKeyRefused, StoreRefused, UsageError].some(
    (kind) => failure instanceof kind,
  )
}

/** Unbuffered: what stands on stdout was written, also when the process dies the next moment. */
function printLine(line: string): void {
  writeSync(1, `${line}\n`)
}
