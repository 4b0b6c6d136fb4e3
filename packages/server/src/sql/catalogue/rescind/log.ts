import { formatPosition } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { head, type LoggedEntry, readEntries } from '../../../log/index.ts'
import { faultyStatement } from '../../syntax/index.ts'
import { integer, json, type Method, type MethodCall, type Resource, text, timestamp } from '../resource.ts'
import { ownMethod, timeOf } from './method.ts'

const PAGE = 1_000

const Body = Compile(
  Type.Object({
    actor: Type.Object({ type: Type.String(), id: Type.String() }),
    subject: Type.Record(Type.String(), Type.String()),
    reason: Type.Optional(Type.Object({ code: Type.String(), text: Type.Optional(Type.String()) })),
    cause: Type.Optional(Type.String()),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
)

const WHO_AND_WHY = [
  text('kind', 'What happened'),
  text('actor_type', 'Who: the kind of credential'),
  text('actor_id', 'Who: the id of the credential'),
  json('subject', 'What it is about'),
  text('reason', 'Why, as a code'),
  text('note', 'Why, in words'),
  text('cause', 'The request or change that made it'),
  json('data', 'What else the entry says'),
]

export const entries: Resource = {
  provider: 'rescind',
  service: 'log',
  name: 'entries',
  description: 'The log of the organization, in order: the newest 20,000 entries, or those behind `after`',
  columns: [
    integer('seq', 'Its place in the log'),
    text('position', 'The same, with the log'),
    timestamp('at', 'When'),
    ...WHO_AND_WHY,
    text('digest', 'Of this entry and all before it'),
  ],
  methods: [list((entry) => ({ ...shown(entry), digest: entry.digest }))],
}

export const events: Resource = {
  provider: 'rescind',
  service: 'audit',
  name: 'events',
  description: 'Who changed what: the newest 20,000 events, or those behind `after`',
  columns: [
    timestamp('at', 'When'),
    ...WHO_AND_WHY,
    text('statement', 'The SQL statement that was asked for, without what is secret'),
    text('position', 'Its place in the log'),
  ],
  methods: [
    list((entry) => {
      const row = shown(entry)
      return { ...row, statement: row.data?.statement }
    }),
  ],
}

function list(show: (entry: LoggedEntry) => object): Method {
  return ownMethod({
    name: 'list',
    verb: 'select',
    optional: ['after'],
    description: 'All of them, oldest first; `after` is a seq',
    operation: 'GET /api/rescind/v1/audit',
    run: async (call) => ({ rows: (await read(call)).map(show) }),
  })
}

/** From where the statement says, or as many as there may be, the newest. */
async function read({ services, actor, parameters, limit }: MethodCall): Promise<readonly LoggedEntry[]> {
  const { organizationId } = actor
  const asked = parameters.get('after')
  if (asked !== undefined && !/^[0-9]{1,15}$/.test(asked))
    throw faultyStatement('after is the seq of an entry')
  const { store } = services.authority
  const { position } = await store.read({ organizationId }, (tx) => head(tx))
  const from = asked === undefined ? position.seq - limit : Number(asked)
  // Before the first entry of this incarnation are those of the ones before it.
  let after = from > 0 ? { incarnation: position.incarnation, seq: from } : { incarnation: 0, seq: 0 }
  const rows: LoggedEntry[] = []
  while (rows.length < limit) {
    const size = Math.min(PAGE, limit - rows.length)
    const start = after
    const page = await store.read({ organizationId }, (tx) => readEntries(tx, organizationId, start, size))
    rows.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < size) break
    after = last.position
  }
  return rows
}

function shown({ position, at, kind, body }: LoggedEntry) {
  const { actor, subject, reason, cause, data } = Body.Parse(JSON.parse(body))
  return {
    seq: position.seq,
    position: formatPosition(position),
    at: timeOf(at),
    kind,
    actor_type: actor.type,
    actor_id: actor.id,
    subject,
    reason: reason?.code,
    note: reason?.text,
    cause,
    data,
  }
}
