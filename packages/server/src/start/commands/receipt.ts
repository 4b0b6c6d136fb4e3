import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Receipt } from '../../revocation/effect/receipt.ts'
import { ReceiptRefused, readKeys, verifyReceipt } from '../../revocation/effect/verify-receipt.ts'
import { type Command, CommandRefused, shown, type Terminal } from './command.ts'
import { effectLines } from './effect-lines.ts'
import { NativeClient } from './native-client.ts'

export const RECEIPT_USAGE = `usage: rescind receipt get <revocation id> [--out FILE] [--url URL]
       rescind receipt verify <file> --keys <JWK set: a file or an address>
get     The receipt of a revocation that has taken effect. The API token is RESCIND_API_TOKEN, or asked for.
verify  Checks a receipt without the authority, and says what it says. The keys are at
        <authority>/api/rescind/v1/receipt-keys; keep them beside the receipts. Exit code 1: do not believe it.`

const PATIENCE = 10_000
const receipt = Compile(Type.Object({ receipt: Type.Unknown(), jws: Type.String() }))

/** `rescind receipt get`, `rescind receipt verify`. */
export const receiptCommand: Command = async (words, terminal) => {
  const { values, positionals } = parsed(words)
  const [verb, place, ...more] = positionals
  if (place === undefined || more.length > 0) throw new CommandRefused(RECEIPT_USAGE)
  if (verb === 'get') return get(place, values, terminal)
  if (verb === 'verify' && values.keys !== undefined) return verify(place, values.keys, terminal)
  throw new CommandRefused(RECEIPT_USAGE)
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { out: { type: 'string' }, keys: { type: 'string' }, url: { type: 'string' } },
    })
  } catch (cause) {
    throw new CommandRefused(RECEIPT_USAGE, { cause })
  }
}

async function get(
  id: string,
  { out, url }: { readonly out?: string | undefined; readonly url?: string | undefined },
  terminal: Terminal,
): Promise<number> {
  const client = await NativeClient.open(url, terminal)
  const found = await client.get(`/revocations/${encodeURIComponent(id)}/receipt`)
  const text = `${JSON.stringify(receipt.Parse(found), null, 2)}\n`
  if (out === undefined) terminal.print(text.trimEnd())
  else await writeFile(out, text).catch(refuseFile(out))
  return 0
}

async function verify(file: string, keys: string, terminal: Terminal): Promise<number> {
  const text = await readFile(file, 'utf8').catch(refuseFile(file))
  try {
    const found = await verifyReceipt(text, readKeys(await readKeySet(keys)))
    for (const line of receiptLines(found)) terminal.print(line)
    return 0
  } catch (failure) {
    if (!(failure instanceof ReceiptRefused)) throw failure
    throw new CommandRefused(`NOT A GENUINE RECEIPT: ${failure.message}`, { cause: failure })
  }
}

/** Whoever serves the keys is trusted with them; no credential is shown to that address. */
async function readKeySet(place: string): Promise<string> {
  if (!/^https?:\/\//.test(place)) return readFile(place, 'utf8').catch(refuseFile(place))
  const refuse = (cause: unknown) => {
    throw new CommandRefused(`the keys at ${shown(place)} cannot be read`, { cause })
  }
  const reply = await fetch(place, { signal: AbortSignal.timeout(PATIENCE), redirect: 'error' }).catch(refuse)
  return reply.ok ? reply.text() : refuse(new Error(`status ${reply.status}`))
}

function refuseFile(file: string) {
  return (cause: unknown): never => {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    throw new CommandRefused(`${shown(file)} cannot be read or written${code}`, { cause })
  }
}

/** Who, what, why, when, and where it took effect. */
function receiptLines({
  iss,
  organization,
  revocation,
  entry,
  covered,
  effect,
}: Static<typeof Receipt>): string[] {
  const { actor, target, reason, note, cause, at, id } = revocation
  const what = Object.entries(target).map(([name, value]) => `${name} ${value}`)
  return [
    `genuine receipt of ${id}, by ${iss}, organization ${organization}`,
    `what    ${what.join(', ')}`,
    `who     ${actor.type} ${actor.name} (${actor.id})`,
    `why     ${[reason, cause, note].filter((part) => part !== null).join('; ')}`,
    `when    ${at}, entry ${entry.position} (${entry.kind}), digest ${entry.digest}`,
    ...(covered === null
      ? []
      : [
          `covered ${covered.counted ? '' : 'more than '}${covered.tokens} live tokens${
            covered.counted ? `, ${covered.users} users, ${covered.sessions} sessions` : ''
          }`,
        ]),
    // An auditor is shown every node, also those that had fallen silent before.
    ...effectLines(effect, Date.parse(effect.effectiveAt ?? at), Number.NEGATIVE_INFINITY),
  ].map(shown)
}
