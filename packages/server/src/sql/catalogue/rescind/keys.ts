import { integer, type Resource, text, timestamp } from '../resource.ts'
import { everyKey, type KeyRow } from './every-key.ts'
import { ownMethod } from './method.ts'

export const allKeys: Resource = {
  provider: 'rescind',
  service: 'keys',
  name: 'all',
  description: 'Every key of every ring: of clients, of APIs, of authorization servers',
  columns: [
    text('id', 'The id of the key in its ring'),
    text('kid', 'The id in the header of what it signs or opens'),
    text('thumbprint', 'RFC 7638, SHA-256: the key under any name'),
    text('owner_type', 'application, authorization_server or organization'),
    text('owner_id', 'Whose it is'),
    text('owner', 'What people call its owner'),
    text('application', 'The application whose it is, or NULL'),
    text('ring', 'client, api_encryption or signing'),
    text('use', 'sig or enc'),
    text('kty', 'RSA, EC or OKP'),
    text('alg', 'The algorithm, where the key says one'),
    text('status', 'ACTIVE or INACTIVE; NEXT, EXPIRED or REVOKED for signing keys'),
    timestamp('created', 'When it was added'),
    integer('age_days', 'Whole days since then'),
    timestamp('next_rotation', 'When another one takes its place by itself'),
    timestamp(
      'last_token_signed',
      'By it, or by an assertion of it; NULL where none of the newest 5,000 tokens was',
    ),
  ],
  methods: [
    ownMethod({
      name: 'list',
      verb: 'select',
      description: 'All of them',
      async run({ services, actor, limit }) {
        const rows: KeyRow[] = []
        for await (const some of everyKey(services.authority, actor)) {
          rows.push(...some)
          if (rows.length > limit) return { rows: rows.slice(0, limit), more: true }
        }
        return { rows }
      },
    }),
  ],
}
