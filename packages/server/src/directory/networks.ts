import ipaddr from 'ipaddr.js'

/** A network as an access list keeps it. */
export interface Network {
  /** `<address>/<bits>`, the address being the network's first, without `::` where it is of version 6. */
  readonly cidr: string
  /** The address, where the network is a single one. */
  readonly address: string | undefined
}

/** Reads an address or a network in CIDR notation; undefined for what is neither. */
export function readNetwork(text: string): Network | undefined {
  try {
    const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : alone(ipaddr.parse(text))
    // Four-part addresses only: `10.1` or `0x7f.1` mean different things to different readers.
    if (address.kind() === 'ipv4' && !ipaddr.IPv4.isValidFourPartDecimal(text.split('/')[0] ?? ''))
      return undefined
    const first = (
      address.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${bits}`)
        : ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`)
    ).toNormalizedString()
    const isSingle = bits === (address.kind() === 'ipv4' ? 32 : 128)
    return { cidr: `${first}/${bits}`, address: isSingle ? first : undefined }
  } catch {
    return undefined
  }
}

/** Whether an address lies in a network; an IPv4 address inside of an IPv6 one counts as what it is. */
export function isWithin(address: string, cidr: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const one = ipaddr.process(address)
  const [network, bits] = ipaddr.parseCIDR(cidr)
  return one.kind() === network.kind() && one.match(network, bits)
}

function alone(address: ipaddr.IPv4 | ipaddr.IPv6): readonly [ipaddr.IPv4 | ipaddr.IPv6, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
