import { arch, cpus, loadavg } from 'node:os'
import {
  decodeSnapshot,
  encodeFrame,
  encodeSnapshot,
  entryDigest,
  GENESIS_DIGEST,
  LogIndex,
  viewOf,
  WHOLE_LOG,
} from '@rescind/core/log'
import { standing } from '@rescind/core/standing'

// What the index costs: run with `node --expose-gc --conditions=rescind-source bench/index.mjs`. Asserts nothing.

const LOG = '656e4d8e91cb7d26db1bc9c6'
const DIGEST = 'ab'.repeat(32)
const ROUNDS = 5
const LOOKUPS = 1_000_000
const actor = { type: 'user', id: '00u1' }

const print = (name, value) => process.stdout.write(`${name.padEnd(58)} ${value}\n`)
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const id = (kind, n) =>
  `${kind}${Math.imul(n, 2_654_435_761) >>> 0}.${String(n).padStart(12, '0')}`.padEnd(24, 'x')

function emptyIndex() {
  const hashKey = crypto.getRandomValues(new Uint8Array(16))
  const index = new LogIndex({ log: LOG, classes: ['access'], hashKey, memoryLimit: 2 ** 32 })
  index.load({ log: LOG, incarnation: 1, seq: 0, view: WHOLE_LOG, digest: DIGEST, entries: [] })
  return index
}

function indexEntries(count, entry) {
  return Array.from({ length: count }, (_, n) => ({ incarnation: 1, seq: n + 1, data: {}, ...entry(n) }))
}

const revokedToken = (n) => ({
  kind: 'token.revoked',
  subject: { token: id('t', n) },
  data: { class: 'access' },
})

function follow(entries) {
  const index = emptyIndex()
  const [incarnation, to, view] = [1, entries.length, WHOLE_LOG]
  index.apply({ log: LOG, incarnation, from: 0, to, view, digest: DIGEST, entries })
  return index
}

/** Nanoseconds an operation, the median of the rounds with their range. */
function each(operations, run) {
  run()
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    run()
    return ((performance.now() - start) * 1e6) / operations
  })
  return `${median(rounds).toFixed(0)} ns (${Math.min(...rounds).toFixed(0)} to ${Math.max(...rounds).toFixed(0)})`
}

function once(run) {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
  return `${median(rounds).toFixed(0)} ms (${Math.min(...rounds).toFixed(0)} to ${Math.max(...rounds).toFixed(0)})`
}

/**
 * Asks for each name in the order in which they were made: a name that has just been read out of a token is in the
 * cache, while its place in a table of hashes is anywhere.
 */
function inTurn(names) {
  let sink = 0
  return (ask) => {
    for (let turn = 0; turn < LOOKUPS; turn++) sink += ask(names[turn % names.length])
    if (sink === -1) print('never', sink)
  }
}

function benchIds(count) {
  const index = follow(indexEntries(count, revokedToken))
  const asked = Math.min(count, 100_000)
  const hits = Array.from({ length: asked }, (_, n) => id('t', Math.floor((n * count) / asked)))
  const misses = Array.from({ length: asked }, (_, n) => id('m', n))
  const bytes = encodeSnapshot(index)
  globalThis.gc?.()
  const before = process.memoryUsage().arrayBuffers
  const loaded = emptyIndex()
  loaded.load(decodeSnapshot(bytes))
  globalThis.gc?.()
  const held = process.memoryUsage().arrayBuffers - before
  const name = count.toLocaleString('en')
  print(`${name} revoked ids: bytes each, accounted`, (loaded.memory / count).toFixed(1))
  print(`${name} revoked ids: bytes each, measured`, (held / count).toFixed(1))
  print(
    `${name} revoked ids: look-up, revoked`,
    each(LOOKUPS, () => inTurn(hits)((one) => loaded.ids.token('access', one))),
  )
  print(
    `${name} revoked ids: look-up, not revoked`,
    each(LOOKUPS, () => inTurn(misses)((one) => loaded.ids.token('access', one))),
  )
  print(
    `${name} revoked ids: snapshot`,
    `${(bytes.length / 2 ** 20).toFixed(1)} MiB, ${(bytes.length / count).toFixed(1)} B each`,
  )
  print(
    `${name} revoked ids: encode the snapshot`,
    once(() => encodeSnapshot(index)),
  )
  print(
    `${name} revoked ids: decode and load it`,
    once(() => emptyIndex().load(decodeSnapshot(bytes))),
  )
}

function benchCutoffs(count) {
  const third = Math.floor(count / 3)
  const kinds = [
    (n) => ({ kind: 'user.revoked', subject: { user: id('u', n) } }),
    (n) => ({ kind: 'client.revoked', subject: { client: id('c', n) } }),
    (n) => ({ kind: 'resource.revoked', subject: { resource: id('r', n) } }),
  ]
  const index = follow(indexEntries(third * 3, (n) => kinds[n % 3](Math.floor(n / 3))))
  const position = { log: LOG, incarnation: 1, seq: index.seq }
  const tokens = Array.from({ length: Math.min(third, 50_000) }, (_, n) => ({
    origin: 'own',
    class: 'access',
    position,
    token: id('j', n),
    users: [id('u', n)],
    clients: [id('c', n)],
    resources: [id('r', n)],
  }))
  const name = count.toLocaleString('en')
  const { users, clients, resources } = index.cutoffs
  const cutoffs = (token) =>
    users.get(token.users[0]) + clients.get(token.clients[0]) + resources.get(token.resources[0])
  print(
    `${name} cutoffs: user + client + resource`,
    each(LOOKUPS, () => inTurn(tokens)(cutoffs)),
  )
  const ask = (token) => (standing(token, index).standing === 'active' ? 1 : 0)
  print(
    `${name} cutoffs: standing of a good token`,
    each(LOOKUPS, () => inTurn(tokens)(ask)),
  )
  const bytes = encodeSnapshot(index)
  print(`${name} cutoffs: snapshot`, `${(bytes.length / count).toFixed(1)} B each`)
  print(
    `${name} cutoffs: decode and load it`,
    once(() => emptyIndex().load(decodeSnapshot(bytes))),
  )
}

function benchEntry() {
  const position = { log: LOG, incarnation: 1, seq: 1_000_000 }
  const entry = {
    ...revokedToken(1),
    position,
    at: 1_700_000_000_000,
    actor,
    reason: { code: 'compromised' },
  }
  const view = { classes: ['access'], issuers: [], resources: [], providers: [] }
  const entries = [viewOf(entry, view)]
  const range = { log: LOG, incarnation: 1, from: 999_999, to: 1_000_000, view: WHOLE_LOG, digest: DIGEST }
  const [empty, one] = [encodeFrame({ ...range, entries: [] }), encodeFrame({ ...range, entries })]
  print('frame: empty, with one revoked id', `${empty.length} B, ${one.length} B`)
  const times = 20_000
  const repeat = (run) => () => {
    for (let turn = 0; turn < times; turn++) run()
  }
  print(
    'encode a frame of one',
    each(
      times,
      repeat(() => encodeFrame({ ...range, entries })),
    ),
  )
  print(
    'digest of an entry, portable SHA-256',
    each(
      times,
      repeat(() => entryDigest(GENESIS_DIGEST, entry)),
    ),
  )
}

print(
  'machine',
  `${cpus().length} × ${cpus()[0]?.model ?? arch()}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
)
benchEntry()
for (const count of [10_000, 1_000_000]) benchIds(count)
for (const count of [10_000, 100_000]) benchCutoffs(count)
