import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { type AddressClass, classOfAddress } from './addresses.ts'
import { FetchFailed } from './refusal.ts'

/** Turns a host name into addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

/** As the operating system resolves names. */
export const SYSTEM_RESOLVE: Resolve = (hostname) => lookup(hostname, { all: true, order: 'verbatim' })

/** Which networks a connection may lead to: `http` may not reach the public one, where anybody may read along. */
export interface Reach {
  readonly allowed: ReadonlySet<AddressClass>
}

/** @throws FetchFailed `address` */
export function refuseAddress(address: string, { allowed }: Reach): void {
  if (!allowed.has(classOfAddress(address)))
    throw new FetchFailed('address', 'the host is in a network that may not be reached')
}

/**
 * A host that is an address is never looked up, so it is judged before anything is opened.
 *
 * @param hostname as `URL` spells it: decimal, octal and shortened forms are dotted there already
 */
export function refuseLiteral(hostname: string, reach: Reach): void {
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) !== 0) refuseAddress(address, reach)
}

/**
 * Looks a name up for one connection and lets it go ahead only where every address that the name has may be reached:
 * a name that mixes public and private addresses is trying something.
 */
export function guardedLookup(resolve: Resolve, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        try {
          for (const { address } of addresses) refuseAddress(address, reach)
        } catch (refusal) {
          callback(refusal instanceof Error ? refusal : new Error('refused'), [])
          return
        }
        const [first] = addresses
        if (first === undefined) callback(new FetchFailed('network', 'the host has no address'), [])
        else if (options.all === true) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (cause: unknown) => callback(new FetchFailed('network', 'the host has no address', { cause }), []),
    )
  }
}

/**
 * Judges the address that a socket has really connected to, whatever was looked up or literal before: the last word,
 * said before a byte of TLS or of the request is sent.
 */
export function guardSocket(socket: Socket, reach: Reach): void {
  socket.prependOnceListener('connect', () => {
    try {
      refuseAddress(socket.remoteAddress ?? '', reach)
    } catch (refusal) {
      socket.destroy(refusal instanceof Error ? refusal : undefined)
    }
  })
}
