/**
 * Work: verifying tokens of one algorithm in one process and in turn: by `jose`, by the verifier without asking for
 * the standing, with it, and of one token again and again. Prints nanoseconds of processor time an operation of each, round by round.
 */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { jwkThumbprint } from '@rescind/core/keys'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { verifierModule } from '../product.mjs'
import { LOG, startLogAuthority } from '../reference/log-authority.mjs'

const { algorithm, rounds, milliseconds, revoked } = JSON.parse(process.env.BENCH_LOAD)
const { createVerifier } = await import(verifierModule('index'))
const { nodePlatform } = await import(verifierModule('platform/node'))
const { JwsReader } = await import(verifierModule('token/compact-jws'))
const { KeyRing } = await import(verifierModule('token/key-ring'))
const { audiencesOf, checkTimes, ownFacts, readClaims } = await import(verifierModule('token/claims'))

const AUDIENCE = 'https://orders.example.com'
const TOKENS = 2_000
const SLICE = 100
const issuer = 'https://id.example.com/oauth2/aus0123456789abcdefg'
const { privateKey, publicKey } = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}[algorithm]()
const jwk = publicKey.export({ format: 'jwk' })
const kid = jwkThumbprint(jwk)
const authority = await startLogAuthority(
  [{ issuer, kid, jwk: { ...jwk, kid, alg: algorithm, use: 'sig' } }],
  revoked,
)

const b64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = Math.floor(Date.now() / 1000)
const tokens = Array.from({ length: TOKENS }, (_, n) => {
  const claims = {
    iss: issuer,
    aud: AUDIENCE,
    sub: `00v${String(n).padStart(17, '0')}`,
    client_id: '0oa0123456789abcdefg',
    scope: 'orders:read orders:write',
    jti: randomUUID(),
    sid: randomUUID(),
    pos: authority.position,
    iat: now,
    exp: now + 3_600,
  }
  const input = `${b64({ alg: algorithm, typ: 'at+jwt', kid })}.${b64(claims)}`
  const key = algorithm === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey
  return `${input}.${sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(input), key).toString('base64url')}`
})

const options = { authority: authority.origin, credential: 'rsc_bench', audience: AUDIENCE }
const uncached = await createVerifier({ ...options, cacheSize: 0 })
const cached = await createVerifier(options)
const keySet = createLocalJWKSet({ keys: [{ ...jwk, kid, alg: algorithm, use: 'sig' }] })
const reader = new JwsReader(nodePlatform)
const ring = new KeyRing(nodePlatform)
ring.rebuild(authority.index)

/** The same steps as the verifier's, without the question after them. */
async function withoutStanding(token) {
  const jws = reader.read(token)
  const claims = readClaims(jws.payload)
  const key = ring.find(claims.iss, jws.header.kid, authority.index)
  if (key.alg !== jws.header.alg || !key.check(jws.signed, jws.signature)) throw new Error('not signed')
  if (!audiencesOf(claims).includes(AUDIENCE)) throw new Error('another audience')
  ownFacts(claims, LOG, key.thumbprint)
  checkTimes(claims, now, 5)
  return { claims, position: authority.position }
}

const CANDIDATES = {
  jose: (token) =>
    jwtVerify(token, keySet, { issuer, audience: AUDIENCE, typ: 'at+jwt', algorithms: [algorithm] }),
  without: withoutStanding,
  with: (token) => uncached.verify(token),
  repeated: () => cached.verify(tokens[0]),
}

/** Each candidate in slices, in turn, and by processor time: what else the machine does then touches little. */
async function round() {
  const names = Object.keys(CANDIDATES)
  const spent = Object.fromEntries(names.map((name) => [name, 0]))
  const end = performance.now() + milliseconds
  let done = 0
  while (performance.now() < end) {
    for (const name of names) {
      const verify = CANDIDATES[name]
      const before = process.cpuUsage()
      for (let n = 0; n < SLICE; n++) await verify(tokens[(done + n) % TOKENS])
      const { user, system } = process.cpuUsage(before)
      spent[name] += user + system
    }
    done += SLICE
  }
  return Object.fromEntries(names.map((name) => [name, (spent[name] * 1e3) / done]))
}

await round()
const results = Object.fromEntries(Object.keys(CANDIDATES).map((name) => [name, []]))
for (let turn = 0; turn < rounds; turn++)
  for (const [name, figure] of Object.entries(await round())) results[name].push(figure)
await uncached.close()
await cached.close()
authority.stop()
process.stdout.write(JSON.stringify(results))
