import type { ArtefactClass } from '@rescind/core/log'
import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider'
import { newId } from '../../authority/index.ts'
import { Secret } from '../../secrets/index.ts'
import type { ReadTx, Tables, WriteTx } from '../../store/index.ts'
import { rememberSessionClient } from '../../store/queries/logout-deliveries.ts'
import {
  consumeOidcRecord,
  deleteOidcRecord,
  findOidcRecord,
  findOidcRecordByUid,
  findOidcRecordByUserCode,
  type OidcRecordKey,
  saveOidcRecord,
} from '../../store/queries/oidc-records.ts'
import { handleOf } from '../../tokens/handle.ts'
import type { Stamp, Subjects } from '../../tokens/stamp.ts'
import { LIFETIMES } from '../lifetimes.ts'
import { currentRequest, type OidcRequest } from '../request.ts'
import { keepGoodResources } from './good-resources.ts'
import type { IssuerContext } from './issuer-context.ts'
import { OpenExchanges } from './open-exchanges.ts'
import { readPayload } from './payload.ts'

/** How a model of the library is kept. */
export interface RecordModel {
  readonly name: string
  readonly class: ArtefactClass
  /** Its payload holds what a browser presents, so it is sealed. */
  readonly sealed?: true
  /** It is exchanged once for tokens, which form a family. */
  readonly opensFamily?: true
  /** It belongs to the organization, not to one of its authorization servers. */
  readonly organizationWide?: true
}

/** Records of the organization as a whole have no issuer. */
const ORGANIZATION_WIDE = ''

type Row = Tables['oidc_records']

/**
 * Keeps one model of the OpenID library in the store. What is found is judged first: a record whose user, client,
 * session or anything else that it rests on has been revoked is not there any more.
 */
export class RecordAdapter implements Adapter {
  readonly #context: IssuerContext
  readonly #model: RecordModel
  readonly #scope: { readonly organizationId: string }
  readonly #exchanges = new OpenExchanges()

  constructor(context: IssuerContext, model: RecordModel) {
    this.#context = context
    this.#model = model
    this.#scope = { organizationId: context.organizationId }
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { authority } = this.#context
    const request = currentRequest()
    const handle = handleOf(id)
    const own = ownSubjects(payload, this.#model)
    const { place, subjects } = restsOn(request.stamp(own), this.#model)
    const text = await this.#write(payload, handle)
    const now = authority.clock.now()
    await authority.store.write(this.#scope, async (tx) => {
      await this.#rememberSession(tx, payload, subjects.identityProvider ?? null, now)
      await saveOidcRecord(tx, {
        ...this.#place(),
        handle,
        user_code: payload.userCode === undefined ? null : handleOf(payload.userCode),
        uid: payload.uid ?? null,
        user_id: own.user ?? subjects.user ?? null,
        client_id: own.client ?? subjects.client ?? null,
        session_id: own.session ?? subjects.session ?? null,
        grant_id: this.#model.opensFamily ? newId('oag') : (own.grant ?? subjects.grant ?? null),
        assertion_key: subjects.assertionKey ?? null,
        identity_provider: subjects.identityProvider ?? null,
        incarnation: place.incarnation,
        seq: place.seq,
        payload: text,
        created_at: now,
        expires_at: now + expiresIn * 1000,
      })
    })
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#found((tx) => findOidcRecord(tx, this.#key(id)), id)
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#found((tx) => findOidcRecordByUid(tx, this.#place(), uid))
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#found((tx) => findOidcRecordByUserCode(tx, this.#place(), handleOf(userCode)))
  }

  /** @throws InvalidGrant where another request consumed it first */
  async consume(id: string): Promise<void> {
    const { authority } = this.#context
    const consumed = await authority.store.write(this.#scope, (tx) =>
      consumeOidcRecord(tx, this.#key(id), authority.clock.now()),
    )
    if (!consumed) throw new errors.InvalidGrant(`${this.#model.name} has been used`)
    const answer = Provider.ctx?.res
    if (answer !== undefined) this.#exchanges.began(handleOf(id), answer)
  }

  async destroy(id: string): Promise<void> {
    await this.#context.authority.store.write(this.#scope, (tx) => deleteOidcRecord(tx, this.#key(id)))
  }

  /** Nothing to do: what is to be taken back is revoked by an entry, which `LedgerAdapter` appends. */
  async revokeByGrantId(): Promise<void> {}

  async #found(
    query: (tx: ReadTx) => Promise<Row | undefined>,
    id?: string,
  ): Promise<AdapterPayload | undefined> {
    const { authority, judge, issuer } = this.#context
    const row = await authority.store.read(this.#scope, query)
    if (row === undefined || row.expires_at <= authority.clock.now()) return undefined
    const stamp = { place: { incarnation: row.incarnation, seq: row.seq }, subjects: rowSubjects(row) }
    const artefact = {
      class: this.#model.class,
      stamp,
      ...(row.uid === null ? {} : { id: row.uid }),
      // What belongs to the organization outlives the revocation of one of its authorization servers.
      ...(this.#model.organizationWide ? {} : { issuer }),
    }
    if (!judge.isGood(artefact)) return undefined
    if (this.#exchanges.isOpen(row.handle)) throw new errors.InvalidGrant(`${this.#model.name} is being used`)
    const payload = await this.#read(row)
    if (!keepGoodResources(payload, judge, artefact)) return undefined
    const request = currentRequest()
    // A code's grant is a family's name: its tokens have it where there is a refresh token to make them one.
    const { grant, ...others } = stamp.subjects
    request.relyOn(this.#model.opensFamily ? others : stamp.subjects)
    if (this.#model.opensFamily)
      request.exchanging(row.handle, mayRefresh(payload, request) ? grant : undefined)
    if (id !== undefined) payload.jti = id
    if (row.consumed_at !== null) payload.consumed = Math.floor(row.consumed_at / 1000)
    return payload
  }

  /** A code that was given in a session signs its user in to a client, which is told when the session ends. */
  async #rememberSession(
    tx: WriteTx,
    payload: AdapterPayload,
    identity_provider: string | null,
    now: number,
  ): Promise<void> {
    const { sessionUid: session_id, accountId: user_id, clientId: client_id } = payload
    if (!this.#model.opensFamily) return
    if (session_id === undefined || user_id === undefined || client_id === undefined) return
    const { issuerId: issuer_id } = this.#context
    const expires_at = now + LIFETIMES.session * 1000
    await rememberSessionClient(tx, {
      session_id,
      client_id,
      issuer_id,
      user_id,
      identity_provider,
      expires_at,
    })
  }

  /** The id is what its holder presents: it is kept as a digest only, except where the payload is sealed. */
  async #write(payload: AdapterPayload, handle: string): Promise<string> {
    const { jti, ...rest } = payload
    if (!this.#model.sealed) return JSON.stringify(rest)
    const sealed = new Secret(JSON.stringify(payload))
    return this.#context.authority.vault.seal(sealed, this.#purpose(handle))
  }

  async #read(row: Row): Promise<AdapterPayload> {
    if (!this.#model.sealed) return readPayload(row.payload)
    const opened = await this.#context.authority.vault.open(row.payload, this.#purpose(row.handle))
    return readPayload(opened.reveal())
  }

  #purpose(handle: string): string {
    return `oidc_record:${this.#model.name}:${handle}`
  }

  #place(): Omit<OidcRecordKey, 'handle'> {
    return {
      issuer_id: this.#model.organizationWide ? ORGANIZATION_WIDE : this.#context.issuerId,
      model: this.#model.name,
    }
  }

  #key(id: string): OidcRecordKey {
    return { ...this.#place(), handle: handleOf(id) }
  }
}

/**
 * Whether the exchange of a code brings a refresh token (OIDC Core section 11). Without one its access token is no
 * member of a family, so that revoking the refresh tokens of a user leaves it alone.
 */
function mayRefresh(payload: AdapterPayload, request: OidcRequest): boolean {
  const scope = payload.scope ?? payload.params?.scope
  const asked = typeof scope === 'string' && scope.split(' ').includes('offline_access')
  return asked && request.client?.mayRefresh === true
}

/**
 * A session is its user's alone: the client by whose request it is kept, and what that client proved, are no part of
 * it. Revoking a client must not sign its users out.
 */
function restsOn({ place, subjects }: Stamp, { class: of }: RecordModel): Stamp {
  if (of !== 'session') return { place, subjects }
  const { client, grant, resource, assertionKey, ...own } = subjects
  return { place, subjects: own }
}

/** Whom a payload names itself, beside what the request relied on. */
function ownSubjects(payload: AdapterPayload, model: RecordModel): Subjects {
  const user = payload.accountId ?? payload.result?.login?.accountId ?? payload.session?.accountId
  const session = model.class === 'session' ? payload.uid : (payload.sessionUid ?? payload.session?.uid)
  return {
    ...(user === undefined ? {} : { user }),
    ...(payload.clientId === undefined ? {} : { client: payload.clientId }),
    ...(session === undefined ? {} : { session }),
  }
}

function rowSubjects(row: Row): Subjects {
  return {
    ...(row.user_id === null ? {} : { user: row.user_id }),
    ...(row.client_id === null ? {} : { client: row.client_id }),
    ...(row.session_id === null ? {} : { session: row.session_id }),
    ...(row.grant_id === null ? {} : { grant: row.grant_id }),
    ...(row.assertion_key === null ? {} : { assertionKey: row.assertion_key }),
    ...(row.identity_provider === null ? {} : { identityProvider: row.identity_provider }),
  }
}
