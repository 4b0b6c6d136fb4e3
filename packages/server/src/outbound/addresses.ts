import ipaddr from 'ipaddr.js'

/** What an address is to us: open to requests, ours to allow, or never to be connected to. */
export type AddressClass = 'public' | 'private' | 'forbidden'

/**
 * Networks that `RESCIND_ALLOW_PRIVATE_NETWORKS` opens. Link-local is not among them: that is where clouds keep the
 * credentials of their machines.
 */
const PRIVATE = new Set(['loopback', 'private', 'uniqueLocal'])

/** RFC 4291 section 2.4, as IANA has assigned it: no global unicast address of version 6 lies elsewhere. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
/** RFC 9637: for documentation. */
const DOCUMENTATION = ipaddr.IPv6.parseCIDR('3fff::/20')

/**
 * Judges an address by the special-purpose registries of IANA (RFC 6890). An IPv4 address inside of an IPv6 one is
 * judged as what it is.
 *
 * @param address as a socket or a resolver names it; a zone (`%eth0`) makes it link-local, so forbidden
 */
export function classOfAddress(address: string): AddressClass {
  if (address.includes('%') || !ipaddr.isValid(address)) return 'forbidden'
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  if (PRIVATE.has(range)) return 'private'
  if (range !== 'unicast') return 'forbidden'
  if (!(parsed instanceof ipaddr.IPv6)) return 'public'
  return parsed.match(GLOBAL_UNICAST) && !parsed.match(DOCUMENTATION) ? 'public' : 'forbidden'
}
