import {
  type ArtefactClass,
  type Entry,
  type EntryContent,
  type Frame,
  type IndexEntry,
  type IndexedKind,
  LogIndex,
  type Mark,
  type RecordContent,
  SIGNING_RING,
  toIndexEntry,
  WHOLE_LOG,
} from '@rescind/core/log'
import fc from 'fast-check'

export const LOG = '656e4d8e91cb7d26db1bc9c6'
export const OTHER_LOG = '656e4d8e91cb7d26db1bc9c7'
export const DIGEST = 'ab'.repeat(32)
export const CLASSES: readonly ArtefactClass[] = ['access', 'refresh', 'session']
export const actor = { type: 'user', id: '00u1' } as const

/** The 43 characters of a thumbprint. */
export function thumbprint(name: string): string {
  return name.padEnd(43, '-')
}

export function jwk(name: string) {
  return { kty: 'OKP', crv: 'Ed25519', x: thumbprint(name), kid: name } as const
}

export function entryAt(content: EntryContent, { incarnation, seq }: Mark): Entry {
  return { ...content, position: { log: LOG, incarnation, seq }, at: 1_700_000_000_000 + seq }
}

export function indexEntries(entries: readonly Entry[]): readonly IndexEntry[] {
  return entries.map(toIndexEntry).filter((entry) => entry !== undefined)
}

export function frame(entries: readonly Entry[], range: Partial<Frame> = {}): Frame {
  const seqs = entries.map(({ position }) => position.seq)
  return {
    log: LOG,
    incarnation: entries[0]?.position.incarnation ?? 1,
    from: Math.min(...seqs, Number.MAX_SAFE_INTEGER) - 1,
    to: Math.max(...seqs, 0),
    view: WHOLE_LOG,
    digest: DIGEST,
    entries: indexEntries(entries),
    ...range,
  }
}

export function emptyIndex(memoryLimit = 2 ** 24, classes = CLASSES): LogIndex {
  return new LogIndex({ log: LOG, classes, hashKey: new Uint8Array(16).fill(7), memoryLimit })
}

/** An index that stands at the beginning of an incarnation, knowing what came before it. */
export function indexAtStart(incarnation = 1, before: readonly Entry[] = []): LogIndex {
  const index = emptyIndex()
  index.load({
    log: LOG,
    incarnation,
    seq: 0,
    view: WHOLE_LOG,
    digest: DIGEST,
    entries: indexEntries(before),
  })
  return index
}

/** An index that has followed these entries, which are all that their incarnation has. */
export function indexOf(entries: readonly Entry[], before: readonly Entry[] = []): LogIndex {
  const incarnation = entries[0]?.position.incarnation ?? 1
  const index = indexAtStart(incarnation, before)
  index.apply(
    frame(entries, { incarnation, from: 0, to: Math.max(0, ...entries.map((e) => e.position.seq)) }),
  )
  return index
}

const pick = (...names: string[]) => fc.constantFrom(...names)
export const users = pick('u1', 'u2')
export const clients = pick('c1', 'c2')
export const resources = pick('https://a.example', 'https://b.example')
export const issuers = pick('https://as1', 'https://as2')
export const providers = pick('https://idp1', 'https://idp2')
export const tokens = pick('t1', 't2', 't3')
export const grants = pick('g1', 'g2')
export const sessions = pick('s1', 's2')
export const keys = pick('k1', 'k2', 'k3').map(thumbprint)
export const classes = fc.constantFrom(...CLASSES)
/** Milliseconds; small, so that comparisons with `iat` go both ways. */
export const times = fc.integer({ min: 0, max: 8_000 })

const identities = fc.array(fc.record({ issuer: providers, user: users }), { maxLength: 2 })
const trusted = fc.array(
  keys.map((key) => ({ key, jwk: jwk('p') })),
  { maxLength: 2 },
)
const provider = fc.record(
  { issuer: providers, identity_provider: pick('i1', 'i2') },
  { requiredKeys: ['issuer'] },
)
const contracted = fc.record({ issuer: providers, identity_provider: pick('i1', 'i2') })
const signing = fc.record({ key: keys, issuer: issuers })
const ring = fc.constant({ ring: SIGNING_RING })

type ContentOf<K> = K extends IndexedKind ? Extract<EntryContent, { kind: K }> : RecordContent

function of<K extends EntryContent['kind']>(
  kind: K,
  subject: fc.Arbitrary<ContentOf<K>['subject']>,
  data?: fc.Arbitrary<ContentOf<K>['data']>,
): fc.Arbitrary<EntryContent> {
  const carried = data === undefined ? fc.constant({}) : data.map((value) => ({ data: value }))
  return fc
    .tuple(subject, carried)
    .map(([named, rest]) => ({ kind, subject: named, actor, ...rest }) as ContentOf<K>)
}

/** The content of an entry; a floor is lowered to its own place when it gets one. */
export const contents = fc.oneof(
  of('token.revoked', fc.record({ token: tokens }), fc.record({ class: classes }, { requiredKeys: [] })),
  of('token.revoked', fc.record({ token: tokens, issuer: providers })),
  of('grant.revoked', fc.record({ grant: grants })),
  of('refresh.revoked', fc.record({ client: clients, user: users }, { requiredKeys: ['client'] })),
  of('refresh.revoked', fc.record({ client: clients, issuer: issuers })),
  of('session.ended', fc.record({ session: sessions })),
  of('session.revoked', fc.record({ session: sessions })),
  of('user.revoked', fc.record({ user: users }), fc.record({ identities, notAfter: times })),
  of('user.revoked', fc.record({ user: users, issuer: providers }), fc.record({ notAfter: times })),
  of('user.blocked', fc.record({ user: users }), fc.record({ identities })),
  of('user.unblocked', fc.record({ user: users }), fc.record({ identities })),
  of('client.revoked', fc.record({ client: clients })),
  of('client.blocked', fc.record({ client: clients })),
  of('client.unblocked', fc.record({ client: clients })),
  of('user_client.revoked', fc.record({ user: users, client: clients })),
  of(
    'resource.revoked',
    fc.record({ resource: resources }),
    fc.record({ notAfter: times }, { requiredKeys: [] }),
  ),
  of('resource.blocked', fc.record({ resource: resources })),
  of('resource.unblocked', fc.record({ resource: resources })),
  of('issuer.revoked', fc.record({ issuer: fc.oneof(issuers, providers) }), fc.record({ notAfter: times })),
  of('organization.revoked', fc.record({ organization: fc.constant(LOG) }), fc.record({ notAfter: times })),
  of(
    'key.published',
    signing,
    keys.map((key) => ({ ring: SIGNING_RING, kid: key, jwk: jwk('own') })),
  ),
  of('key.activated', signing, ring),
  of('key.activated', signing, ring),
  of('key.retired', signing, ring),
  of('key.revoked', fc.record({ key: keys })),
  of(
    'idp_jwks.revoked',
    provider,
    fc.record(
      {
        epoch: fc.integer({ min: 1, max: 4 }),
        notAfter: times,
        keys: trusted,
        blocked: fc.array(keys, { maxLength: 1 }),
      },
      { requiredKeys: ['epoch', 'notAfter'] },
    ),
  ),
  of(
    'idp_jwks.refreshed',
    provider,
    fc.record({ epoch: fc.integer({ min: 1, max: 4 }), keys: trusted }, { requiredKeys: ['epoch', 'keys'] }),
  ),
  of(
    'identity_provider.trusted',
    contracted,
    fc.record(
      {
        audience: pick('a1', 'a2'),
        userClaim: pick('sub', 'email'),
        groupsClaim: fc.constant('groups'),
        roles: fc.array(fc.record({ group: pick('g1', 'g2'), roles: fc.array(pick('r1', 'r2')) }), {
          maxLength: 2,
        }),
      },
      { requiredKeys: ['audience', 'userClaim'] },
    ),
  ),
  of('identity_provider.distrusted', contracted),
  of('index.floor', fc.constant({}), fc.record({ class: classes, floor: fc.nat(30) })),
  of('user.created', fc.record({ user: users })),
)

/** The entries of one incarnation, in order, without gaps. */
export function logs(incarnation = 1, maxLength = 25, minLength = 0): fc.Arbitrary<readonly Entry[]> {
  return fc.array(contents, { minLength, maxLength, size: 'max' }).map((all) =>
    all.map((content, place) => {
      const seq = place + 1
      if (content.kind !== 'index.floor') return entryAt(content, { incarnation, seq })
      const { class: judged, floor } = content.data
      return entryAt(
        { ...content, data: { class: judged, floor: Math.min(floor, seq) } },
        { incarnation, seq },
      )
    }),
  )
}
