import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate for `localhost` that signs itself, and its key, as PEM: made anew, so that none is kept anywhere. */
export function selfSigned(): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // RFC 5280 section 4.1, in DER (X.690).
  const ecdsaWithSha256 = sequence(tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
  const commonName = sequence(
    tagged(0x06, Buffer.from('550403', 'hex')),
    tagged(0x0c, Buffer.from('localhost')),
  )
  const name = sequence(tagged(0x31, commonName))
  const alternativeNames = sequence(
    tagged(0x06, Buffer.from('551d11', 'hex')),
    tagged(0x04, sequence(tagged(0x82, Buffer.from('localhost')))),
  )
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(alternativeNames)),
  )
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)]))
  const der = sequence(body, ecdsaWithSha256, signature)
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value
  const lengths =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...lengths), value])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.of(value))
}

function utcTime(text: string): Buffer {
  return tagged(0x17, Buffer.from(text))
}
