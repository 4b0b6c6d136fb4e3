import { formatPosition, type Position, REASON_CODES } from '@rescind/core/log'
import { Compile } from 'typebox/compile'
import { AskedTarget } from '../../../revocation/ask.ts'
import type { EffectSummary } from '../../../revocation/effect/document.ts'
import { effectById, effectsOf } from '../../../revocation/effect/effects.ts'
import { previewRevocation } from '../../../revocation/preview.ts'
import { type RevocationRecord, readRevocation, revocationsPage } from '../../../revocation/revocations.ts'
import { revoke } from '../../../revocation/revoke.ts'
import { faultyStatement } from '../../syntax/index.ts'
import {
  boolean,
  integer,
  json,
  type MethodCall,
  type Resource,
  secret,
  text,
  timestamp,
} from '../resource.ts'
import { ownMethod, pages, timeOf } from './method.ts'
import { blockedKids, why } from './reason.ts'

const PAGE = 1_000

const Target = Compile(AskedTarget)

const WHAT = [
  text(
    'type',
    'token, grant, session, key, user, application, user_application, api, authorization_server, organization or identity_provider',
  ),
  text(
    'target_id',
    'Its id; of an application also the client id, of a user the login, of an API the identifier',
  ),
  text('user', 'For user_application: the user'),
  text('application', 'For user_application: the application'),
]
const COUNTS = [
  text('predicate', 'Which tokens it voids'),
  integer('tokens', 'How many tokens it would void'),
  integer('users', 'Whose they are'),
  integer('sessions', 'In how many sessions'),
  boolean('exact', 'Whether each was judged; else these are upper bounds'),
  timestamp('exposed_until', 'Until when a verifier that only polls keys may accept one of them'),
  json('by_application', 'Tokens by application'),
  json('by_api', 'Tokens by API'),
]

const EFFECT = [
  text('effect', 'waiting, exposed or complete: whether every verifier concerned has applied it'),
  timestamp('effective_at', 'When the last of them had, or no longer could have gone without'),
  integer('effect_ms', 'How long that took, in milliseconds'),
  json('nodes', 'How many verifiers are how far'),
]

export const revocations: Resource = {
  provider: 'rescind',
  service: 'revocations',
  name: 'revocations',
  description: 'What was revoked, by whom and why. INSERT revokes',
  columns: [
    text('id', 'The id of the revocation: rvk…'),
    integer('seq', 'Its place in the log'),
    text('position', 'The same, with the log'),
    text('type', 'What kind of thing was revoked'),
    json('target', 'What was revoked, by the names of the log'),
    text('reason', REASON_CODES.join(', ')),
    text('note', 'What people said of it'),
    text('cause', 'The change that made it; NULL where somebody asked for it'),
    text('actor_type', 'Who: the kind of credential'),
    text('actor_id', 'Who: the id of the credential'),
    text('actor_name', 'Who: the name to show'),
    timestamp('at', 'When'),
    integer('times', 'How many entries there are about the target'),
    ...EFFECT,
  ],
  methods: [
    ownMethod({
      name: 'get',
      verb: 'select',
      required: ['id'],
      description: 'One revocation',
      operation: 'GET /api/rescind/v1/revocations/{id}',
      async run({ services, actor, parameters }) {
        const found = await effectById(services.authority, actor, parameters.get('id') ?? '')
        return { rows: [shown(actor.organizationId, found.revocation, found.effect)] }
      },
    }),
    ownMethod({
      name: 'list',
      verb: 'select',
      description: 'All revocations, the newest first',
      operation: 'GET /api/rescind/v1/revocations',
      run: (call) => listRevocations(call),
    }),
    ownMethod({
      name: 'revoke',
      verb: 'insert',
      required: ['type'],
      body: [
        ...WHAT.slice(1),
        secret('token', 'For token: the token itself, in the place of its id'),
        text('reason', `${REASON_CODES.join(', ')}; unspecified unless told`),
        text('note', 'For people: a ticket, a sentence'),
        text(
          'block_kids',
          'For identity_provider: kids to be blocked although they are published, in an array',
        ),
      ],
      description:
        'Revokes: when it answers, the revocation is durable and in force in every answer of the authority',
      operation: 'POST /api/rescind/v1/revocations',
      async run({ services, actor, parameters, body }) {
        const target = targetOf(parameters.get('type'), body)
        const { revocation } = await revoke(services.authority, actor, { target, ...why(body) })
        const effect = (await effectsOf(services.authority, actor, [revocation])).get(revocation.id)
        return { rows: [shown(actor.organizationId, readRevocation(revocation), effect)] }
      },
    }),
    ownMethod({
      name: 'preview_revocation',
      verb: 'exec',
      required: ['type'],
      optional: ['target_id', 'user', 'application'],
      reads: true,
      shows: COUNTS,
      description: 'Counts what a revocation would void, and voids nothing',
      operation: 'POST /api/rescind/v1/revocations/preview',
      run: preview,
    }),
  ],
}

export const receipts: Resource = {
  provider: 'rescind',
  service: 'revocations',
  name: 'receipts',
  description: 'The revocations that have taken effect everywhere, and when; signed receipts come over HTTP',
  columns: [
    text('id', 'The id of the revocation: rvk…'),
    integer('seq', 'The entry that took effect'),
    text('type', 'What kind of thing was revoked'),
    text('reason', REASON_CODES.join(', ')),
    text('actor_name', 'Who'),
    timestamp('at', 'When it was revoked'),
    ...EFFECT,
  ],
  methods: [
    ownMethod({
      name: 'list',
      verb: 'select',
      description: 'All of them, the newest first',
      run: (call) => listRevocations(call, 'complete'),
    }),
  ],
}

interface Shown {
  readonly row: RevocationRecord
  readonly effect: EffectSummary | undefined
}

async function listRevocations({ services, actor, limit }: MethodCall, state?: EffectSummary['state']) {
  const { organizationId: log } = actor
  const { authority } = services
  const { items, more } = await pages<Shown, Position>(limit, PAGE, async (size, after) => {
    const rows = await revocationsPage(authority, actor, size, after)
    const effects = await effectsOf(authority, actor, rows)
    const all = rows.map((row) => ({ row: readRevocation(row), effect: effects.get(row.id) }))
    const last = rows.at(-1)
    const isLast = rows.length < size || last === undefined
    return {
      items: state === undefined ? all : all.filter(({ effect }) => effect?.state === state),
      next: isLast ? undefined : { log, incarnation: last.incarnation, seq: last.seq },
    }
  })
  return { rows: items.map(({ row, effect }) => shown(log, row, effect)), more }
}

async function preview({ services, actor, parameters }: MethodCall) {
  const target = targetOf(parameters.get('type'), Object.fromEntries(parameters))
  const index = await services.knowledge.confirm(actor.organizationId)
  const counted = await previewRevocation(services.authority, index, actor, target)
  const { predicate, tokens, users, sessions, exact, exposedUntil, byApplication, byApi } = counted
  const exposed = timeOf(exposedUntil)
  const by = { by_application: byApplication, by_api: byApi }
  return { rows: [{ predicate, tokens, users, sessions, exact, exposed_until: exposed, ...by }] }
}

function targetOf(type: string | undefined, given: Readonly<Record<string, unknown>>): AskedTarget {
  const { target_id: id, token, user, application, block_kids } = given
  const target = {
    type,
    ...(id !== undefined && { id }),
    ...(token !== undefined && { token }),
    ...(user !== undefined && { user }),
    ...(application !== undefined && { application }),
    ...(type === 'identity_provider' && { blockKids: blockedKids(block_kids) }),
  }
  if (!Target.Check(target)) throw faultyStatement('type and target_id do not name what can be revoked')
  return target
}

function shown(log: string, row: RevocationRecord, effect: EffectSummary | undefined): object {
  const { id, seq, incarnation, target, reason, note, cause, actor_type, actor_id, actor_name, at, times } =
    row
  const position = formatPosition({ log, incarnation, seq })
  const who = { actor_type, actor_id, actor_name }
  const came = {
    effect: effect?.state,
    effective_at: effect?.effectiveAt,
    effect_ms: effect?.milliseconds,
    nodes: effect?.nodes,
  }
  const what = { id, seq, position, type: target.type, target, reason, note, cause, at: timeOf(at), times }
  return { ...what, ...who, ...came }
}
