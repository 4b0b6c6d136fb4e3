import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Actor, Authority } from '../../authority/index.ts'
import { listDigestKeys } from '../../directory/digest-keys.ts'
import { DomainError } from '../../errors/index.ts'
import {
  countEntriesOfKinds,
  type KindFilter,
  type LoggedEntry,
  readEntriesOfKinds,
  readEntryAt,
} from '../../log/index.ts'
import { refusal } from './errors/refusal.ts'
import { EVENT_KINDS, EVENT_TYPES, kindsOf } from './event-types.ts'
import { atlasTime, listOf, pageOf, selfLink, windowOf } from './pages.ts'
import { anybody, inOrganization } from './permissions.ts'
import { flag, type QueryValues, single } from './query.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'

const common = { versions: ['2023-01-01'], limit: RATE_GROUPS.everythingElse } as const

const Content = Compile(
  Type.Object({
    actor: Type.Object({ type: Type.String(), id: Type.String() }),
    subject: Type.Record(Type.String(), Type.String()),
    data: Type.Optional(Type.Object({ network: Type.Optional(Type.Unknown()) })),
  }),
)

/** `/orgs/{orgId}/events`: who changed what, read from the organization's log, the newest first. */
export const events: AtlasResource = (atlas, authority) => {
  atlas.route('GET /orgs/{orgId}/events', {
    ...common,
    permission: inOrganization('member'),
    async run(call) {
      const filter = filterOf(call.values)
      const { organizationId } = call.actor
      const raw = flag(call.values, 'includeRaw', false)
      const found = await authority.store.read({ organizationId }, async (tx) => ({
        entries: await readEntriesOfKinds(tx, filter, windowOf(call)),
        total: await countEntriesOfKinds(tx, filter),
      }))
      return { ...found, raw, keys: await publicKeys(authority, call.actor) }
    },
    answer: ({ entries, total, raw, keys }, call) =>
      listOf(
        call,
        entries.map((entry) => eventShown(entry, call.publicUrl, keys, raw)),
        total,
      ),
  })

  atlas.route('GET /orgs/{orgId}/events/{eventId}', {
    ...common,
    permission: inOrganization('member'),
    async run({ actor, params: { eventId = '' }, values }) {
      const { organizationId } = actor
      const raw = flag(values, 'includeRaw', false)
      const entry = await authority.store.read({ organizationId }, (tx) => readEntryAt(tx, placeOf(eventId)))
      if (entry === undefined || EVENT_KINDS.every((kind) => kind !== entry.kind))
        throw new DomainError('not_found', { type: 'event', id: eventId })
      return { entry, raw, keys: await publicKeys(authority, actor) }
    },
    answer: ({ entry, raw, keys }, { publicUrl }) => eventShown(entry, publicUrl, keys, raw),
  })

  atlas.route('GET /eventTypes', {
    ...common,
    permission: anybody,
    run: async () => Object.values(EVENT_TYPES).sort(),
    answer: (types, call) =>
      pageOf(call, types, (eventType) => ({
        alertable: false,
        description: describe(eventType ?? ''),
        eventType,
      })),
  })
}

function filterOf(values: QueryValues): KindFilter {
  const types = values.get('eventType')
  for (const type of types ?? [])
    if (!/^[A-Z][A-Z_]{0,99}$/.test(type)) throw refusal('INVALID_ENUM_VALUE', type.slice(0, 64))
  return {
    kinds: types === undefined ? EVENT_KINDS : kindsOf(types),
    from: timeOf(values, 'minDate'),
    to: timeOf(values, 'maxDate'),
  }
}

function timeOf(values: QueryValues, name: string): number | undefined {
  const text = single(values, name)
  if (text === undefined) return undefined
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)
  const time = isTime ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw refusal('INVALID_QUERY_PARAMETER', name)
  return time
}

/** An event's id is its place in the log: eight digits of the incarnation, sixteen of the sequence. */
function idOf({ position: { incarnation, seq } }: LoggedEntry): string {
  return incarnation.toString(16).padStart(8, '0') + seq.toString(16).padStart(16, '0')
}

function placeOf(id: string): { readonly incarnation: number; readonly seq: number } {
  const seq = Number.parseInt(id.slice(8), 16)
  return { incarnation: Number.parseInt(id.slice(0, 8), 16), seq: Number.isSafeInteger(seq) ? seq : 0 }
}

/** The public keys of the organization by their ids; a key that was deleted has none left. */
async function publicKeys(authority: Authority, actor: Actor): Promise<ReadonlyMap<string, string>> {
  return new Map((await listDigestKeys(authority, actor)).map(({ id, publicKey }) => [id, publicKey]))
}

function eventShown(
  entry: LoggedEntry,
  publicUrl: string,
  keys: ReadonlyMap<string, string>,
  includeRaw: boolean,
) {
  const { actor, subject, data } = Content.Parse(JSON.parse(entry.body))
  const [id, created] = [idOf(entry), atlasTime(entry.at)]
  const orgId = entry.position.log
  const eventTypeName = EVENT_KINDS.filter((kind) => kind === entry.kind).map((kind) => EVENT_TYPES[kind])[0]
  const byKey = actor.type === 'digest_key' ? { apiKeyId: actor.id, publicKey: keys.get(actor.id) } : {}
  const isAboutKey = eventTypeName?.startsWith('API_KEY_') === true
  const network = data?.network
  return {
    ...(byKey.apiKeyId !== undefined && { apiKeyId: byKey.apiKeyId }),
    created,
    eventTypeName,
    ...(subject.group !== undefined && { groupId: subject.group }),
    id,
    isGlobalAdmin: false,
    links: selfLink(publicUrl, `/orgs/${orgId}/events/${id}`),
    orgId,
    ...(byKey.publicKey !== undefined && { publicKey: byKey.publicKey }),
    ...(includeRaw && { raw: { _t: 'EVENT', cre: created, id, orgId } }),
    ...(isAboutKey && { targetPublicKey: keys.get(subject.digest_key ?? '') ?? null }),
    ...(isAboutKey && typeof network === 'string' && { whitelistEntry: network }),
  }
}

function describe(eventType: string): string {
  const words = eventType.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
