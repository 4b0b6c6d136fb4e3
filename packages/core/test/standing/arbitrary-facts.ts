import type { ForeignFacts, OwnFacts, TokenFacts } from '@rescind/core/standing'
import fc from 'fast-check'
import {
  classes,
  clients,
  grants,
  issuers,
  keys,
  LOG,
  OTHER_LOG,
  providers,
  resources,
  sessions,
  tokens,
  users,
} from '../log/world.ts'

/** Mostly a place that the log has, so that most questions are not settled by the position alone. */
const position = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({ log: fc.constant(LOG), incarnation: fc.constant(2), seq: fc.nat(20) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ log: fc.constantFrom(LOG, OTHER_LOG), incarnation: fc.nat(3), seq: fc.nat(30) }),
  },
)
const several = (one: fc.Arbitrary<string>) => fc.uniqueArray(one, { maxLength: 2 })

const own: fc.Arbitrary<OwnFacts> = fc.record(
  {
    origin: fc.constant('own' as const),
    class: classes,
    position: fc.option(position, { nil: undefined, freq: 30 }),
    token: tokens,
    grant: grants,
    session: sessions,
    users: several(users),
    clients: several(clients),
    resources: several(resources),
    issuer: issuers,
    organization: fc.constant(LOG),
    key: keys,
    providers: several(fc.oneof(providers, fc.constantFrom('i1', 'i2'))),
    assertionKeys: several(keys),
  },
  { requiredKeys: ['origin', 'class', 'position', 'users', 'clients', 'resources'] },
)

const foreign: fc.Arbitrary<ForeignFacts> = fc.record(
  {
    origin: fc.constant('foreign' as const),
    issuer: providers,
    key: keys,
    issuedAt: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    token: tokens,
    user: users,
    resources: several(resources),
    organization: fc.constant(LOG),
  },
  { requiredKeys: ['origin', 'issuer', 'key', 'issuedAt', 'resources'] },
)

export const facts: fc.Arbitrary<TokenFacts> = fc.oneof(
  { weight: 3, arbitrary: own },
  { weight: 1, arbitrary: foreign },
)
