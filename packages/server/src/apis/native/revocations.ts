import { type Static, Type } from '@fastify/type-provider-typebox'
import { formatPosition, type Position, parsePosition, REASON_CODES } from '@rescind/core/log'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import type { Knowledge } from '../../log/index.ts'
import type { ConsoleSession } from '../../oidc/console/sessions.ts'
import { AskedTarget } from '../../revocation/ask.ts'
import {
  ClusterDocument,
  EffectSummary,
  ExposureDocument,
  exposureDocument,
} from '../../revocation/effect/document.ts'
import { effectById, effectsOf } from '../../revocation/effect/effects.ts'
import type { ForeseenCluster } from '../../revocation/effect/foreseen.ts'
import { type Preview, previewRevocation } from '../../revocation/preview.ts'
import { type RevocationRecord, readRevocation, revocationsPage } from '../../revocation/revocations.ts'
import { revoke } from '../../revocation/revoke.ts'
import { ToldTarget } from '../../revocation/stored-target.ts'
import { labelsOfClients, namesOfApis } from '../../store/queries/names.ts'
import type { RevocationRow } from '../../store/queries/revocations.ts'
import { actorOf, consoleSessionOf } from './authentication.ts'
import { Event, eventOf } from './events.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { cutPage, PageQuery, pageOf, RESPONSES } from './responses.ts'
import { namesOfTargets } from './target-names.ts'

const DEFAULT_LIMIT = 100
const Id = Type.String({ minLength: 1, maxLength: 1024 })
const Nullable = Type.Union([Type.String(), Type.Null()])
const closed = { additionalProperties: false } as const

const Request = Type.Object(
  {
    target: AskedTarget,
    reason: Type.Enum(REASON_CODES),
    note: Type.Optional(Type.String({ maxLength: 1_000 })),
    dryRun: Type.Optional(Type.Boolean()),
  },
  closed,
)

const REVOCATION = {
  id: Type.String(),
  /** The newest entry about the target: what takes effect. */
  seq: Type.Integer(),
  position: Type.String(),
  target: ToldTarget,
  /** What people call it now: a login, a label, a name; null for what has none, or is gone. */
  targetName: Nullable,
  reason: Type.Enum(REASON_CODES),
  note: Nullable,
  /** The change that made it; null where somebody asked for it. */
  cause: Nullable,
  actor: Type.Object({ type: Type.String(), id: Type.String(), name: Type.String() }),
  at: Type.String(),
  /** How many entries there have been about the target. */
  times: Type.Integer(),
}
const EFFECT = {
  /** In force in every answer of the authority, on all its nodes, from `position` on. */
  authority: Type.Literal('in_force'),
  position: Type.String(),
  /** And on the verifiers: see docs/revocation.md. */
  ...EffectSummary.properties,
}
/** A revocation as the native API shows it, with what became of it. */
export const Revocation = Type.Object({ ...REVOCATION, effect: Type.Object(EFFECT) })
const RevocationInDetail = Type.Object({
  ...REVOCATION,
  effect: Type.Object({ ...EFFECT, clusters: Type.Array(ClusterDocument), receipt: Type.Boolean() }),
  entry: Event,
})

const { id, name, class: className, contract, verifierProfile, exposure } = ClusterDocument.properties
const Foreseen = Type.Object({
  id,
  name,
  class: className,
  contract,
  verifierProfile,
  /** Those whose lease may run now. */
  nodes: Type.Integer(),
  exposure,
})

const Counts = Type.Object({
  target: ToldTarget,
  /** The caller is at the console, by a session that this would end. */
  signsYouOut: Type.Boolean(),
  predicate: Type.String(),
  /** False where there are too many to judge one by one: the counts are then upper bounds. */
  exact: Type.Boolean(),
  tokens: Type.Integer(),
  users: Type.Integer(),
  sessions: Type.Integer(),
  byApplication: Type.Array(
    Type.Object({ application: Type.String(), name: Nullable, tokens: Type.Integer() }),
  ),
  byApi: Type.Array(Type.Object({ api: Nullable, name: Nullable, tokens: Type.Integer() })),
  /** Those to which the revocation would go, with the worst case of each. */
  clusters: Type.Array(Foreseen),
  exposure: Type.Object({
    /** Until when a verifier that only polls published keys may accept one of these tokens. */
    unmanagedUntil: Nullable,
    /** The worst case over all clusters, and of each class that there is. */
    worst: ExposureDocument,
    byClass: Type.Record(Type.String(), ExposureDocument),
    /** What is not stopped at once, in sentences. */
    notStopped: Type.Array(Type.String()),
  }),
})
const DryRun = Type.Object({ dryRun: Type.Literal(true), reason: Type.Enum(REASON_CODES), preview: Counts })

/** `POST /revocations`, `…/preview`, `GET /revocations`, `GET /revocations/{id}`. */
export function revocations(app: NativeApp, authority: Authority, knowledge: Knowledge): void {
  app.post(
    '/revocations/preview',
    {
      schema: { body: Type.Object({ target: AskedTarget }, closed), response: { 200: Counts, ...RESPONSES } },
    },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      const preview = await previewRevocation(authority, index, actor, request.body.target)
      return representPreview(authority, actor, preview, consoleSessionOf(request))
    },
  )

  app.post(
    '/revocations',
    {
      schema: {
        body: Request,
        response: { 200: Type.Union([Revocation, DryRun]), 201: Revocation, ...RESPONSES },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { target, reason, note, dryRun } = request.body
      if (dryRun) {
        const index = await knowledge.confirm(actor.organizationId)
        const preview = await previewRevocation(authority, index, actor, target)
        const shown = await representPreview(authority, actor, preview, consoleSessionOf(request))
        return { dryRun: true as const, reason, preview: shown }
      }
      const asked = { target, reason, ...(note === undefined ? {} : { note }) }
      const { revocation, repeated } = await revoke(authority, actor, asked)
      const effect = (await effectsOf(authority, actor, [revocation])).get(revocation.id)
      reply.code(repeated ? 200 : 201)
      return representOne(authority, actor, readRevocation(revocation), effect)
    },
  )

  app.get(
    '/revocations',
    { schema: { querystring: PageQuery, response: { 200: pageOf(Revocation), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { limit = DEFAULT_LIMIT, after } = request.query
      const rows = await revocationsPage(authority, actor, limit + 1, positionOf(actor.organizationId, after))
      const effects = await effectsOf(authority, actor, rows)
      const items = await representRevocations(authority, actor, rows, effects)
      return cutPage(items, limit, ({ position }) => position)
    },
  )

  app.get(
    '/revocations/:id',
    {
      schema: { params: Type.Object({ id: Id }), response: { 200: RevocationInDetail, ...RESPONSES } },
    },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const found = await effectById(authority, actor, request.params.id)
      const { clusters, ...summary } = found.effect
      const shown = await representOne(authority, actor, found.revocation, summary)
      return {
        ...shown,
        effect: { ...shown.effect, clusters, receipt: found.hasReceipt },
        entry: eventOf(found.entry),
      }
    },
  )
}

/** Revocations as they stand in lists, with what became of each. */
export async function representRevocations(
  authority: Authority,
  { organizationId }: Pick<Actor, 'organizationId'>,
  rows: readonly Omit<RevocationRow, 'organization_id'>[],
  effects: ReadonlyMap<string, EffectSummary>,
): Promise<Static<typeof Revocation>[]> {
  const records = rows.map(readRevocation)
  const nameOf = await namesOfTargets(
    authority,
    { organizationId },
    records.map(({ target }) => target),
  )
  return records.map((record) =>
    representRevocation(organizationId, record, effects.get(record.id), nameOf(record.target)),
  )
}

async function representOne(
  authority: Authority,
  actor: Actor,
  record: RevocationRecord,
  effect: EffectSummary | undefined,
): Promise<Static<typeof Revocation>> {
  const nameOf = await namesOfTargets(authority, actor, [record.target])
  return representRevocation(actor.organizationId, record, effect, nameOf(record.target))
}

function representRevocation(
  log: string,
  row: RevocationRecord,
  effect: EffectSummary | undefined,
  targetName: string | null,
): Static<typeof Revocation> {
  if (effect === undefined) throw new TypeError('a revocation without an effect')
  const position = formatPosition({ log, incarnation: row.incarnation, seq: row.seq })
  return {
    id: row.id,
    seq: row.seq,
    position,
    target: row.target,
    targetName,
    reason: row.reason,
    note: row.note,
    cause: row.cause,
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
    at: new Date(row.at).toISOString(),
    times: row.times,
    effect: { authority: 'in_force', position, ...effect },
  }
}

async function representPreview(
  authority: Authority,
  { organizationId }: Actor,
  preview: Preview,
  session: ConsoleSession | undefined,
): Promise<Static<typeof Counts>> {
  const { clients, apis } = await authority.store.read({ organizationId }, async (tx) => ({
    clients: await labelsOfClients(
      tx,
      preview.byApplication.map(({ application }) => application),
    ),
    apis: await namesOfApis(
      tx,
      preview.byApi.flatMap(({ api }) => api ?? []),
    ),
  }))
  const { target, exact, exposedUntil, byApplication, byApi, predicate, tokens, users, sessions } = preview
  const { worst, byClass, notStopped } = preview.exposure
  return {
    target: { ...target },
    signsYouOut: session !== undefined && endsSession(preview, session),
    predicate,
    exact,
    tokens,
    users,
    sessions,
    byApplication: byApplication.map((one) => ({ ...one, name: clients.get(one.application) ?? null })),
    byApi: byApi.map((one) => ({ ...one, name: one.api === null ? null : (apis.get(one.api) ?? null) })),
    clusters: preview.clusters.map(representForeseen),
    exposure: {
      unmanagedUntil: exposedUntil === null ? null : new Date(exposedUntil).toISOString(),
      worst: exposureDocument(worst),
      byClass: Object.fromEntries([...byClass].map(([name, one]) => [name, exposureDocument(one)])),
      notStopped: [...notStopped],
    },
  }
}

/** Whether a revocation would sign the caller out of the console. */
function endsSession({ target, identityProviders }: Preview, session: ConsoleSession): boolean {
  const { actor, sid, organization, identityProvider } = session
  switch (target.type) {
    case 'identity_provider':
      return identityProvider !== null && identityProviders.includes(identityProvider)
    case 'user':
      return target.user === actor.userId
    case 'session':
      return target.session === sid
    case 'organization':
      return target.organization === organization.id
    default:
      return false
  }
}

function representForeseen({ cluster, nodes, exposure }: ForeseenCluster): Static<typeof Foreseen> {
  const { id, name, class: of, maxStaleness, whenStale, verifierProfile } = cluster
  return {
    id,
    name,
    class: of,
    contract: { maxStaleness, whenStale },
    verifierProfile: verifierProfile ?? null,
    nodes,
    exposure: exposureDocument(exposure),
  }
}

function positionOf(log: string, after: string | undefined): Position | undefined {
  if (after === undefined) return undefined
  const position = parsePosition(after)
  if (position?.log !== log)
    throw new DomainError('invalid_request', { '/after': 'must be the `next` of the page before' })
  return position
}
