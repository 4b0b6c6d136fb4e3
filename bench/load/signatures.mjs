/** Work: signatures of one algorithm over a token's worth of bytes, by `node:crypto` alone, with a bare key. */
import { generateKeyPairSync, sign } from 'node:crypto'

const { algorithm, seconds } = JSON.parse(process.env.BENCH_LOAD)
const { privateKey } = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}[algorithm]()
const digest = algorithm === 'EdDSA' ? null : 'sha256'
const input = Buffer.alloc(600, 'a')
let requests = 0
const end = performance.now() + seconds * 1000
while (performance.now() < end) {
  sign(digest, input, privateKey)
  requests += 1
}
process.stdout.write(JSON.stringify({ requests, perSecond: requests / seconds }))
