import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import jwksRsa from 'jwks-rsa'
import { startFollowers, startReference } from './child.mjs'
import { processorSeconds, residentMemory } from './machine.mjs'
import { verifierModule } from './product.mjs'
import { call, startRescind } from './rescind.mjs'
import { count, decimal, figure, median, milliseconds, printTable } from './statistics.mjs'

const REVOCATIONS = 50
/** Revocations before those that count: a process that has just started has compiled nothing yet. */
const WARM_UP = 5
/** Between two revocations, in milliseconds. */
const PAUSE = 150
/** Verifiers acknowledge three times in the time of a lease. */
const BEAT = 3_000
const CACHE = 3_000
const API = 'https://fleet.example.com'
const NATIVE = '/api/rescind/v1'
const now = () => performance.timeOrigin + performance.now()
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time))

/**
 * From the request to revoke until each of many followers has applied the revocation, and until the authority has
 * answered the acknowledgement of the last, commit included; beside a bare fan-out of server-sent events, and beside
 * what is used otherwise.
 */
export async function benchFleet(folder, { followers: sizes = [1_000, 5_000] } = {}) {
  for (const size of sizes) {
    const bare = await measureBare(size, 'bare-fan-out', { acknowledge: false })
    const silent = await measureRescind(folder, size, { acknowledge: false, socket: false })
    tell(size, silent, [
      row('bare fan-out, received', bare.applied, bare, bare),
      row('Rescind, applied', silent.applied, bare, silent),
    ])
    const echo = await measureBare(size, 'bare-echo', { acknowledge: true, socket: true })
    tell(size, echo, [
      row('bare WebSockets, received', echo.applied, bare, echo),
      row('the same, what was said to it answered', echo.acknowledged, bare, echo),
    ])
    for (const [name, socket] of Object.entries({ 'a WebSocket each': true, 'events and requests': false })) {
      const acknowledging = await measureRescind(folder, size, { acknowledge: true, socket })
      tell(size, acknowledging, [
        row(`Rescind, ${name}, applied`, acknowledging.applied, bare, acknowledging),
        row('the same, acknowledged, as the authority tells', acknowledging.told, bare, acknowledging),
        row('the same, acknowledgement answered', acknowledging.acknowledged, bare, acknowledging),
      ])
    }
  }
  await compareOthers(folder)
}

function tell(size, { answered }, rows) {
  const header = ['', 'p50', 'p99', 'last: p50', 'p99', 'max', '÷ bare', 'processor µs each', 'memory each']
  printTable(
    `A revocation and ${count(size)} followers, embedded; ${REVOCATIONS} revocations, each answered after ${figure(answered, milliseconds)}`,
    [header, ...rows],
  )
}

function row(name, times, bare, { memory, work }) {
  const all = times.flat()
  const last = times.map((each) => Math.max(...each))
  return [
    name,
    milliseconds(percentile(all, 0.5)),
    milliseconds(percentile(all, 0.99)),
    milliseconds(percentile(last, 0.5)),
    milliseconds(percentile(last, 0.99)),
    milliseconds(Math.max(...last)),
    decimal(median(last) / median(bare.applied.map((each) => Math.max(...each)))),
    decimal(work),
    `${decimal(memory)} KB`,
  ]
}

function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)]
}

async function measureBare(size, name, how) {
  const reference = await startReference(name, {})
  try {
    const tellAll = async () => {
      await (await fetch(reference.origin, { method: 'POST' })).text()
    }
    return await measure(reference, size, { bare: true, ...how }, tellAll)
  } finally {
    await reference.stop()
  }
}

/** When the authority had each acknowledgement, from when the entry was written, in its own words. */
async function timesOfEffect(rescind, { id }) {
  const { effect } = await call(rescind, 'GET', `${NATIVE}/revocations/${id}`)
  return effect.clusters.flatMap(({ nodes }) => nodes.map(({ milliseconds }) => milliseconds))
}

async function measureRescind(folder, size, how) {
  const rescind = await startRescind(folder)
  try {
    const { credential } = await createCluster(rescind)
    const target = { type: 'api', id: API }
    const revoke = () => call(rescind, 'POST', `${NATIVE}/revocations`, { target, reason: 'test' })
    const heard = (said) => timesOfEffect(rescind, said)
    return await measure(
      rescind,
      size,
      { credential, bare: false, ...how },
      revoke,
      how.acknowledge ? heard : undefined,
    )
  } finally {
    await rescind.stop()
  }
}

async function createCluster(rescind) {
  await call(rescind, 'POST', `${NATIVE}/apis`, {
    identifier: API,
    name: 'fleet',
    accessTokenLifetime: 3_600,
  })
  const { id } = await call(rescind, 'POST', `${NATIVE}/clusters`, { name: 'fleet', apis: [API] })
  return call(rescind, 'POST', `${NATIVE}/clusters/${id}/credentials`)
}

async function measure({ origin, pid }, size, order, revoke, heard) {
  const empty = residentMemory(pid)
  const stagger = Math.max(1, BEAT / size)
  const child = startFollowers({ origin, followers: size, stagger, ...order })
  const messages = listen(child)
  try {
    child.send({ type: 'follow' })
    await messages.next('following')
    await pause(1_000)
    const memory = ((residentMemory(pid) - empty) * 1024) / size
    const [applied, acknowledged, answered, told] = [[], [], [], []]
    // Whatever comes after the last revocation is the next: nobody else changes anything.
    let last = 0
    let busy = 0
    for (let seq = 1; seq <= WARM_UP + REVOCATIONS; seq++) {
      child.send({ type: 'watch', seq: order.bare || seq === 1 ? seq : last + 1 })
      await messages.next('watching')
      const before = processorSeconds(pid)
      const start = now()
      const settled = messages.next('settled')
      const said = await revoke()
      const time = now() - start
      last = said?.seq ?? 0
      const times = await settled
      if (seq <= WARM_UP) continue
      busy += processorSeconds(pid) - before
      answered.push(time)
      applied.push(times.applied.map((at) => at - start))
      acknowledged.push(times.acknowledged.map((at) => at - start))
      await pause(PAUSE)
      if (heard !== undefined) told.push(await heard(said))
    }
    return { applied, acknowledged, answered, told, memory, work: (busy * 1e6) / (REVOCATIONS * size) }
  } finally {
    const gone = once(child, 'exit')
    child.send({ type: 'end' })
    await gone
  }
}

/** Messages of a child, by type; trouble ends the benchmark. */
function listen(child) {
  const waiting = new Map()
  child.on('message', (message) => {
    if (message.type === 'trouble') process.stderr.write(`a follower: ${message.cause}\n`)
    waiting.get(message.type)?.(message)
  })
  return { next: (type) => new Promise((resolve) => waiting.set(type, resolve)) }
}

/** How long each kind of verifier goes on accepting a token after it, or its key, was revoked. */
async function compareOthers(folder) {
  const { createVerifier } = await import(verifierModule('index'))
  const rescind = await startRescind(folder)
  try {
    const { credential } = await createCluster(rescind)
    const client = await createClient(rescind)
    const { authorizationServerId } = await call(rescind, 'GET', `${NATIVE}/bootstrap`)
    const issuer = `${rescind.origin}/oauth2/${authorizationServerId}`
    const verifier = await createVerifier({ authority: rescind.origin, credential, audience: API })
    const jwksUri = `${issuer}/v1/keys`
    const keySet = createRemoteJWKSet(new URL(jwksUri), { cacheMaxAge: CACHE, cooldownDuration: CACHE })
    const keys = jwksRsa({ jwksUri, cache: true, cacheMaxAge: CACHE })
    const accepts = {
      'Rescind verifier': (token) => verifier.verify(token).then(yes, no),
      introspection: (token) => introspect(issuer, client, token),
      [`jose, keys cached for ${CACHE / 1000} s`]: (token) =>
        jwtVerify(token, keySet, { issuer }).then(yes, no),
      'jwks-rsa, the same': async (token) => {
        const kid = JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid
        return keys
          .getSigningKey(kid)
          .then((key) => jwtVerify(token, createPublicKey(key.getPublicKey()), { issuer }))
          .then(yes, no)
          .catch(no)
      },
    }
    const rows = [['', 'the token was revoked', 'its key was revoked']]
    const results = Object.fromEntries(Object.keys(accepts).map((name) => [name, []]))
    for (const type of ['token', 'key']) {
      const token = await obtain(issuer, client)
      for (const [name, ask] of Object.entries(accepts))
        if (!(await ask(token))) throw new Error(`${name} refuses what is good`)
      const target =
        type === 'token'
          ? { type, token }
          : { type, id: JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid }
      const start = now()
      const until = Object.entries(accepts).map(([name, ask]) => refusedAfter(ask, token, start, name))
      await call(rescind, 'POST', `${NATIVE}/revocations`, { target, reason: 'test' })
      for (const [name, time] of await Promise.all(until))
        results[name].push(
          time === undefined ? `still accepted after ${(2 * CACHE) / 1000} s` : milliseconds(time),
        )
    }
    for (const [name, times] of Object.entries(results)) rows.push([name, ...times])
    printTable('Until a token is refused, from the request to revoke', rows)
    await verifier.close()
  } finally {
    await rescind.stop()
  }
}

const yes = () => true
const no = () => false

async function refusedAfter(ask, token, start, name) {
  while (now() - start < 2 * CACHE) {
    if (!(await ask(token))) return [name, now() - start]
    await pause(1)
  }
  return [name, undefined]
}

async function createClient(rescind) {
  const application = await call(rescind, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'fleet',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
      },
    },
  })
  const { client_id: id, client_secret: secret } = application.credentials.oauthClient
  return { authorization: `Basic ${btoa(`${id}:${secret}`)}` }
}

async function form(url, { authorization }, fields) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response.json()
}

const obtain = async (issuer, client) =>
  (await form(`${issuer}/v1/token`, client, { grant_type: 'client_credentials', resource: API })).access_token

const introspect = async (issuer, client, token) =>
  (await form(`${issuer}/v1/introspect`, client, { token })).active
