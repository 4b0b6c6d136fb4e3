import { randomBytes } from 'node:crypto'
import { BlockList, isIPv4 } from 'node:net'
import type { Actor, Authority } from '../../authority/index.ts'
import { type ApiTokenReference, findVerifier, referenceTo, standingOf } from '../../directory/api-tokens.ts'
import { sourceOf } from '../../oidc/pages/attempts.ts'
import { SlowDown } from '../../oidc/pages/slow-down.ts'
import { Secret } from '../../secrets/index.ts'
import { findOrganizationRow } from '../../store/queries/issuers.ts'
import { ProtocolFault } from './faults.ts'
import { Fields, type Frames } from './frames.ts'
import { PGWIRE_LIMITS } from './limits.ts'
import { authentication, text } from './messages.ts'
import { MECHANISM, nobody, ScramExchange } from './scram.ts'

/** Who comes, before anything is known. */
export interface Visitor {
  readonly address: string
  readonly isEncrypted: boolean
  readonly user: string
  readonly database: string | undefined
  readonly frames: Frames
  write(bytes: Buffer): void
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether what is sent to this address stays in this machine. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  return LOOPBACK.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
}

/** Tells who somebody is: by an API token as the password, and by proof of it where it could be overheard. */
export class SignIn {
  readonly #authority: Authority
  readonly #isLocal: (address: string) => boolean
  readonly #failures: SlowDown
  readonly #key = randomBytes(32)

  constructor(authority: Authority, isLocal: (address: string) => boolean = isLoopback) {
    this.#authority = authority
    this.#isLocal = isLocal
    this.#failures = new SlowDown(authority.clock, { free: 20, longest: 30_000 })
  }

  /** @throws ProtocolFault with what a client may know of why not */
  async signIn(visitor: Visitor): Promise<ApiTokenReference> {
    const source = sourceOf(visitor.address)
    const wait = this.#failures.wait(source)
    if (wait > 0)
      throw new ProtocolFault('53400', `too many failed attempts: wait ${Math.ceil(wait / 1000)} seconds`)
    this.#failures.began(source)
    const inClear = visitor.isEncrypted || this.#isLocal(visitor.address)
    const reference = inClear ? await this.#byPassword(visitor) : await this.#byProof(visitor)
    const actor = await standingOf(this.#authority, reference)
    if (actor === undefined) throw failed(visitor.user)
    this.#failures.takeBack(source)
    await this.#requireOwn(actor, visitor)
    return reference
  }

  async #byPassword({ frames, write }: Visitor): Promise<ApiTokenReference> {
    write(authentication(3))
    return referenceTo(new Secret((await answer(frames)).text()))
  }

  async #byProof({ frames, write, user }: Visitor): Promise<ApiTokenReference> {
    const found = await findVerifier(this.#authority, user)
    if (found !== undefined && found.verifier === undefined)
      throw new ProtocolFault(
        '28000',
        'this API token is older than sign-in by SCRAM: make a new one, or connect over TLS',
      )
    write(authentication(10, Buffer.concat([text(MECHANISM), Buffer.alloc(1)])))
    const first = await answer(frames)
    if (first.text() !== MECHANISM) throw new ProtocolFault('08P01', `the mechanism is ${MECHANISM}`)
    const length = first.int32()
    const exchange = new ScramExchange(
      found?.verifier ?? nobody(this.#key, user),
      first.bytes(length).toString(),
    )
    write(authentication(11, Buffer.from(exchange.challenge)))
    const last = await answer(frames)
    const signature = exchange.finish(last.bytes(last.left).toString())
    if (signature === undefined || found === undefined) throw failed(user)
    write(authentication(12, Buffer.from(signature)))
    return found.reference
  }

  /** A database is an organization. Clients that name none name the user. */
  async #requireOwn({ organizationId }: Actor, { database, user }: Visitor): Promise<void> {
    if (database === undefined || database === '' || database === user) return
    const row = await this.#authority.store.read({ organizationId }, (tx) => findOrganizationRow(tx))
    if (row?.subdomain !== database)
      throw new ProtocolFault('3D000', 'the database is the subdomain of your organization, or none')
  }
}

async function answer(frames: Frames): Promise<Fields> {
  const frame = await frames.next(PGWIRE_LIMITS.firstMessage)
  if (frame?.type !== 'p') throw new ProtocolFault('08P01', 'a password was expected')
  return new Fields(frame.body)
}

function failed(user: string): ProtocolFault {
  return new ProtocolFault('28P01', `password authentication failed for user "${user}"`)
}
