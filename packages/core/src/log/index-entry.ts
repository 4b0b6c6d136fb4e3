import type { ByteReader, ByteWriter } from './bytes.ts'
import type { Entry } from './entry.ts'
import { LogFormatError, malformed } from './format-error.ts'
import {
  type DataOf,
  INDEXED,
  INDEXED_KINDS,
  type IndexedKind,
  SIGNING_RING,
  type SubjectOf,
} from './kinds.ts'
import type { Mark } from './position.ts'

/** An entry as far as the index needs it: who and what, never by whom, why or from which cause. */
export type IndexEntry = {
  [K in IndexedKind]: Mark & { readonly kind: K; readonly subject: SubjectOf<K>; readonly data: DataOf<K> }
}[IndexedKind]

/**
 * Takes from an entry what the index is made of.
 *
 * @returns `undefined` for what voids nothing: other kinds, and keys that are not an authorization server's
 * signing keys (of those only their revocation, by thumbprint, concerns what was derived from them)
 */
export function toIndexEntry(entry: Entry): IndexEntry | undefined {
  const { incarnation, seq } = entry.position
  const mark = { incarnation, seq }
  switch (entry.kind) {
    case 'token.revoked': {
      const { class: of, resources } = entry.data ?? {}
      const data = {
        ...(of === undefined ? {} : { class: of }),
        ...(resources === undefined ? {} : { resources }),
      }
      return { ...mark, kind: entry.kind, subject: entry.subject, data }
    }
    case 'grant.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: {} }
    case 'session.ended':
    case 'session.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: {} }
    case 'user.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data ?? {} }
    case 'user.blocked':
    case 'user.unblocked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data ?? {} }
    case 'refresh.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: {} }
    case 'client.revoked':
    case 'client.blocked':
    case 'client.unblocked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: {} }
    case 'user_client.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: {} }
    case 'resource.blocked':
    case 'resource.unblocked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: {} }
    case 'resource.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data ?? {} }
    case 'issuer.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data ?? {} }
    case 'organization.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data ?? {} }
    case 'key.published': {
      const { key, issuer } = entry.subject
      if (entry.data.ring !== SIGNING_RING || issuer === undefined) return undefined
      return { ...mark, kind: entry.kind, subject: { key, issuer }, data: entry.data }
    }
    case 'key.activated':
    case 'key.retired': {
      const { key, issuer } = entry.subject
      if (entry.data.ring !== SIGNING_RING || issuer === undefined) return undefined
      return { ...mark, kind: entry.kind, subject: { key, issuer }, data: { ring: SIGNING_RING } }
    }
    case 'key.revoked':
      return { ...mark, kind: entry.kind, subject: { key: entry.subject.key }, data: {} }
    case 'idp_jwks.revoked':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data }
    case 'idp_jwks.refreshed':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data }
    case 'identity_provider.trusted':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data }
    case 'identity_provider.distrusted':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: {} }
    case 'index.floor':
      return { ...mark, kind: entry.kind, subject: entry.subject, data: entry.data }
    default:
      return undefined
  }
}

/**
 * What the members of an entry must hold together, beyond what each of them may be: says what is broken, or
 * `undefined`. A floor beyond its own entry would void what is yet to be issued; a cutoff on a user of an identity
 * provider needs the time that it goes by.
 */
export function brokenRule(entry: Entry | IndexEntry, seq: number): string | undefined {
  if (entry.kind === 'index.floor' && entry.data.floor > seq) return 'a floor beyond its own position'
  if (entry.kind !== 'user.revoked' || entry.data?.notAfter !== undefined) return undefined
  const isForeign = entry.subject.issuer !== undefined || (entry.data?.identities ?? []).length > 0
  return isForeign ? 'a cutoff on foreign tokens without notAfter' : undefined
}

const KIND_OF_CODE = new Map<number, IndexedKind>(INDEXED_KINDS.map((kind) => [INDEXED[kind].code, kind]))

/** Writes kind, subject and data; the position is for the frame or snapshot around it. */
export function writeIndexEntry(out: ByteWriter, entry: IndexEntry): void {
  const shape = INDEXED[entry.kind]
  out.byte(shape.code)
  // Each shape writes what its own kind holds; the compiler sees a union of shapes and a union of values.
  ;(shape.subject.write as (out: ByteWriter, value: unknown) => void)(out, entry.subject)
  ;(shape.data.write as (out: ByteWriter, value: unknown) => void)(out, entry.data)
}

/**
 * Reads what `writeIndexEntry` wrote.
 *
 * @throws LogFormatError `unsupported` for a kind of which this build knows nothing: it may be a revocation, so
 * nothing after it may be taken as known
 */
export function readIndexEntry(from: ByteReader, mark: Mark): IndexEntry {
  const kind = KIND_OF_CODE.get(from.byte())
  if (kind === undefined)
    throw new LogFormatError('unsupported', 'a kind of entry that this build does not know')
  const shape = INDEXED[kind]
  const subject = shape.subject.decode(from, 'subject')
  const data = shape.data.decode(from, 'data')
  const entry = { incarnation: mark.incarnation, seq: mark.seq, kind, subject, data } as IndexEntry
  const broken = brokenRule(entry, entry.seq)
  return broken === undefined ? entry : malformed('entry', broken)
}
