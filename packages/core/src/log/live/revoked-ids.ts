import type { IndexEntry } from '../index-entry.ts'
import { ARTEFACT_CLASSES, type ArtefactClass } from '../kinds.ts'
import type { Budget } from './budget.ts'
import { IdHash } from './id-hash.ts'
import { IdTable } from './id-table.ts'

/**
 * The tables of ids that were revoked one by one. A token's id is kept with the class of the token, because each
 * class has its floor; `token` holds those whose class the entry left open. Append, never reorder: the place in
 * this list is the binary form.
 */
export const ID_TABLES = [
  'token',
  'grant',
  'session',
  'ended',
  ...ARTEFACT_CLASSES.map((of) => `token:${of}` as const),
] as const
export type IdTableName = (typeof ID_TABLES)[number]

/** The ids of one table as a snapshot has them: 16 bytes of hash and 4 of sequence above `base`, each. */
export interface IdSection {
  readonly table: IdTableName
  readonly base: number
  readonly records: Uint8Array
}
export const RECORD_BYTES = 20

export interface SnapshotIds {
  readonly hashKey: Uint8Array
  readonly sections: readonly IdSection[]
}

/** How far below the first sequence that a table is given it can still keep one exactly. */
const SLACK = 2 ** 24
const NO_FLOOR = 0

/**
 * Which tokens, grants and sessions were revoked by name. Such a revocation is absolute: it voids whatever
 * position the artefact claims. Whatever rightly carries the name is older than its revocation, so once a floor
 * lies above the revocation, the floor voids it in the name's place.
 */
export class RevokedIds {
  readonly #budget: Budget
  readonly #tables = new Map<IdTableName, IdTable>()
  /** The table `token`, at hand because every look-up of a token consults it. */
  #anyClass: IdTable | undefined
  readonly #floors = new Map<ArtefactClass, number>()
  #commonFloor = NO_FLOOR
  #hash: IdHash

  constructor(budget: Budget, hash: IdHash) {
    this.#budget = budget
    this.#hash = hash
  }

  get hashKey(): Uint8Array {
    return this.#hash.key
  }

  /** How many ids are held. */
  get size(): number {
    return [...this.#tables.values()].reduce((sum, table) => sum + table.size, 0)
  }

  /** The sequence of the entry that revoked this token of this class, or 0. */
  token(of: ArtefactClass, id: string): number {
    const own = this.#tables.get(TOKEN_TABLES[of])
    const any = this.#anyClass
    if (own === undefined && any === undefined) return 0
    const hash = this.#hash.hash(id)
    return Math.max(own?.find(hash) ?? 0, any?.find(hash) ?? 0)
  }

  grant(id: string): number {
    return this.#find('grant', id)
  }

  /** The session with all that came of it. */
  session(id: string): number {
    return this.#find('session', id)
  }

  /** The session alone. */
  ended(id: string): number {
    return this.#find('ended', id)
  }

  join(entry: IndexEntry): void {
    switch (entry.kind) {
      case 'token.revoked': {
        if (entry.subject.issuer !== undefined) break
        const of = entry.data.class
        this.#add(of === undefined ? 'token' : TOKEN_TABLES[of], entry.subject.token, entry.seq)
        break
      }
      case 'grant.revoked':
        this.#add('grant', entry.subject.grant, entry.seq)
        break
      case 'session.revoked':
        this.#add('session', entry.subject.session, entry.seq)
        break
      case 'session.ended':
        this.#add('ended', entry.subject.session, entry.seq)
    }
  }

  /** Joins the ids of a snapshot. Hashes under another key say nothing about ours: those are then replaced. */
  load({ hashKey, sections }: SnapshotIds): void {
    if (hashKey.some((byte, at) => byte !== this.#hash.key[at])) {
      this.#drop()
      this.#hash = new IdHash(hashKey)
    }
    for (const { table: name, base, records } of sections) {
      const held = this.#tables.get(name)
      const table = held ?? this.#create(name, base)
      const view = new DataView(records.buffer, records.byteOffset, records.length)
      if (!table.reserve(view)) continue
      const hash = this.#hash.words
      for (let at = 0; at < records.length; at += RECORD_BYTES) {
        hash[0] = view.getInt32(at, true)
        hash[1] = view.getInt32(at + 4, true)
        hash[2] = view.getInt32(at + 8, true)
        hash[3] = view.getInt32(at + 12, true)
        table.add(hash, base + view.getUint32(at + 16, true))
      }
    }
  }

  raiseFloor(of: ArtefactClass, floor: number, commonFloor: number): void {
    this.#floors.set(of, floor)
    this.#commonFloor = commonFloor
    for (const [name, table] of this.#tables) table.raiseFloor(this.#floorOf(name))
  }

  clear(): void {
    this.#floors.clear()
    this.#commonFloor = NO_FLOOR
    this.#drop()
  }

  /** The tables, for a snapshot. */
  tables(): IterableIterator<[IdTableName, IdTable]> {
    return this.#tables.entries()
  }

  #find(name: IdTableName, id: string): number {
    return this.#tables.get(name)?.find(this.#hash.hash(id)) ?? 0
  }

  #add(name: IdTableName, id: string, seq: number): void {
    const table = this.#tables.get(name) ?? this.#create(name, Math.max(0, seq - SLACK))
    table.add(this.#hash.hash(id), seq)
  }

  #create(name: IdTableName, base: number): IdTable {
    const table = new IdTable(this.#budget, base)
    table.raiseFloor(this.#floorOf(name))
    this.#tables.set(name, table)
    if (name === 'token') this.#anyClass = table
    return table
  }

  #floorOf(name: IdTableName): number {
    const of = CLASS_OF.get(name)
    return of === undefined ? this.#commonFloor : (this.#floors.get(of) ?? NO_FLOOR)
  }

  #drop(): void {
    for (const table of this.#tables.values()) table.release()
    this.#tables.clear()
    this.#anyClass = undefined
  }
}

const CLASS_OF = new Map<IdTableName, ArtefactClass>(ARTEFACT_CLASSES.map((of) => [`token:${of}`, of]))
/** Spelled once, so that a look-up builds no string. */
const TOKEN_TABLES: Readonly<Record<ArtefactClass, IdTableName>> = {
  access: 'token:access',
  refresh: 'token:refresh',
  grant: 'token:grant',
  session: 'token:session',
  code: 'token:code',
  interaction: 'token:interaction',
  device_code: 'token:device_code',
  pushed_request: 'token:pushed_request',
  id: 'token:id',
  reset_link: 'token:reset_link',
  console_session: 'token:console_session',
  api_token: 'token:api_token',
  service_token: 'token:service_token',
}
