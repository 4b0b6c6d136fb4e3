import { parseArgs } from 'node:util'
import { REASON_CODES } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Command, CommandRefused, shown, type Terminal } from './command.ts'
import { NativeClient } from './native-client.ts'
import { watchEffect } from './watch.ts'

/** What may be revoked, as the command line and the API call it. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['user', 'user'],
  ['application', 'application'],
  ['api', 'api'],
  ['token', 'token'],
  ['grant', 'grant'],
  ['session', 'session'],
  ['key', 'key'],
  ['authorization-server', 'authorization_server'],
  ['organization', 'organization'],
  ['identity-provider', 'identity_provider'],
])

export const REVOKE_USAGE = `usage: rescind revoke ${[...TYPES.keys()].join('|')} <id> --reason R
         [--note TEXT] [--watch] [--timeout SECONDS] [--dry-run] [--url URL]
reason: ${REASON_CODES.join(', ')}
id:     a user's id or login, an application's id or client id, an API's id or audience, a key's thumbprint; for
        token a jti, or - to read the token itself from stdin
The API token is RESCIND_API_TOKEN, or asked for. Exit code 0: done, and with --watch in effect everywhere;
1: refused, nothing is revoked; 2: revoked, but not in effect everywhere when the watching ended.`

/** Seconds. Longer than the usual lease takes to end. */
const USUAL_PATIENCE = 60

const revocation = Compile(
  Type.Object({
    id: Type.String(),
    position: Type.String(),
    target: Type.Record(Type.String(), Type.Unknown()),
    times: Type.Integer(),
  }),
)
const preview = Compile(
  Type.Object({
    preview: Type.Object({
      predicate: Type.String(),
      exact: Type.Boolean(),
      tokens: Type.Integer(),
      users: Type.Integer(),
      sessions: Type.Integer(),
      clusters: Type.Array(Type.Object({ name: Type.String(), class: Type.String(), nodes: Type.Integer() })),
      exposure: Type.Object({ notStopped: Type.Array(Type.String()) }),
    }),
  }),
)

/** `rescind revoke`: revokes, and with `--watch` shows where it has taken effect. */
export const revokeCommand: Command = async (words, terminal) => {
  const asked = read(words)
  const target = await targetOf(asked.type, asked.id, terminal)
  const client = await NativeClient.open(asked.url, terminal)
  const body = { target, reason: asked.reason, ...(asked.note !== undefined && { note: asked.note }) }
  if (asked.dryRun) {
    printPreview(
      preview.Parse(await client.post('/revocations', { ...body, dryRun: true })).preview,
      terminal,
    )
    return 0
  }
  const { id, position, times } = revocation.Parse(await client.post('/revocations', body))
  terminal.print(`revoked: ${id} at ${position}${times > 1 ? ` (entry ${times} about it)` : ''}`)
  if (!asked.watch) return 0
  const last = await watchEffect(client, id, asked.patience, terminal)
  if (last.complete) {
    terminal.print(`receipt: rescind receipt get ${id} --out ${id}.json`)
    return 0
  }
  terminal.remark('revoked, but not in effect everywhere yet: no receipt')
  return 2
}

interface Asked {
  readonly type: string
  readonly id: string
  readonly reason: string
  readonly note: string | undefined
  readonly watch: boolean
  readonly dryRun: boolean
  readonly patience: number
  readonly url: string | undefined
}

function read([name = '', id, ...words]: readonly string[]): Asked {
  const type = TYPES.get(name)
  // The id is taken as it is: a thumbprint may begin like an option.
  if (type === undefined || id === undefined) throw new CommandRefused(REVOKE_USAGE)
  const { values } = parsed(words)
  const { reason, note, watch, url } = values
  if (reason === undefined || !(REASON_CODES as readonly string[]).includes(reason))
    throw new CommandRefused(`--reason must be one of ${REASON_CODES.join(', ')}`)
  const seconds = values.timeout === undefined ? USUAL_PATIENCE : Number(values.timeout)
  if (!(seconds > 0 && seconds <= 86_400))
    throw new CommandRefused('--timeout must be seconds, from 1 to 86400')
  return { type, id, reason, note, watch, dryRun: values['dry-run'], patience: seconds * 1000, url }
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        reason: { type: 'string' },
        note: { type: 'string' },
        watch: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        timeout: { type: 'string' },
        url: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new CommandRefused(REVOKE_USAGE, { cause })
  }
}

async function targetOf(type: string, id: string, terminal: Terminal): Promise<object> {
  if (type !== 'token' || id !== '-') return { type, id }
  const token = (await terminal.readInput()).trim()
  if (token === '') throw new CommandRefused('no token on stdin')
  return { type, token }
}

function printPreview(found: ReturnType<typeof preview.Parse>['preview'], { print }: Terminal): void {
  const { predicate, exact, tokens, users, sessions, clusters, exposure } = found
  const most = exact ? '' : 'at most '
  print(`would revoke: ${shown(predicate)}`)
  print(`${most}${tokens} live tokens, ${users} users, ${sessions} sessions`)
  for (const one of clusters)
    print(`${shown(one.name)} (${one.class})${one.class === 'connected' ? `: ${one.nodes} nodes` : ''}`)
  for (const line of exposure.notStopped) print(`not stopped at once: ${shown(line)}`)
}
