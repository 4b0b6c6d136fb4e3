import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { append, head } from '../log/index.ts'
import { PositionMemory } from '../log/position-memory.ts'
import type { ReadTx } from '../store/index.ts'
import { findPolicy, savePolicy } from '../store/queries/policies.ts'

/** The changes that revoke by themselves, by the `cause` of the entry that they write. */
export const TRIGGERS = [
  'user.suspended',
  'user.deactivated',
  'user.deleted',
  'user.renamed',
  'user.password_changed',
  'user.password_reset',
  'application.deactivated',
  'application.deleted',
  'api.disabled',
  'api.deleted',
] as const
export type Trigger = (typeof TRIGGERS)[number]

/** What an organization has decided about its tokens. */
export interface Policy {
  /**
   * Live tokens that one user may have at one application: the one issued longest ago is revoked when another one is
   * issued beyond it. Null: any number.
   */
  readonly tokensPerUserAndApplication: number | null
  /** Whether a change revokes what was issued before it. Blocks are no part of this: they always follow. */
  readonly triggers: Readonly<Record<Trigger, boolean>>
}

/** What a caller says of it; what is left out takes its default. */
export interface GivenPolicy {
  readonly tokensPerUserAndApplication?: number | null | undefined
  readonly triggers?: { readonly [Name in Trigger]?: boolean | undefined } | undefined
}

const triggersOff = Compile(Type.Array(Type.Enum(TRIGGERS)))

/** The policy of the transaction's organization. */
export async function policyOf(tx: ReadTx): Promise<Policy> {
  const row = await findPolicy(tx)
  const off = new Set(row === undefined ? [] : triggersOff.Parse(JSON.parse(row.triggers_off)))
  return {
    tokensPerUserAndApplication: row?.tokens_per_user_and_application ?? null,
    triggers: triggersWhere((name) => !off.has(name)),
  }
}

/** Whether the organization wants a change to revoke. */
export async function isTriggered(tx: ReadTx, trigger: Trigger): Promise<boolean> {
  return (await policyOf(tx)).triggers[trigger]
}

export function getPolicy(authority: Authority, actor: Actor): Promise<Policy> {
  return authority.store.read({ organizationId: actor.organizationId }, policyOf)
}

/** Replaces the policy: `policy.updated`. Nothing is revoked by it; a lower cap counts from the next token on. */
export function replacePolicy(authority: Authority, actor: Actor, given: GivenPolicy): Promise<Policy> {
  const cap = given.tokensPerUserAndApplication ?? null
  const off = TRIGGERS.filter((name) => given.triggers?.[name] === false)
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const at = authority.clock.now()
    await savePolicy(tx, {
      tokens_per_user_and_application: cap,
      triggers_off: JSON.stringify(off),
      updated_at: at,
    })
    const data = { tokensPerUserAndApplication: cap, triggersOff: off }
    await append(
      tx,
      {
        kind: 'policy.updated',
        subject: { organization: actor.organizationId },
        data,
        actor: entryActor(actor),
      },
      at,
    )
    return policyOf(tx)
  })
}

const MOST_REMEMBERED = 10_000
const memories = new WeakMap<Authority['store'], PositionMemory<Policy>>()

/** The policy as it is at a position or later, read from the store only when the log has grown. */
export function policyAt(
  { store }: Pick<Authority, 'store'>,
  organizationId: string,
  place: { readonly incarnation: number; readonly seq: number },
): Promise<Policy> {
  const memory = memories.get(store) ?? new PositionMemory<Policy>(MOST_REMEMBERED)
  memories.set(store, memory)
  return memory.recall(
    'policy',
    { log: organizationId, incarnation: place.incarnation, seq: place.seq },
    () =>
      store.read({ organizationId }, async (tx) => {
        const { position } = await head(tx)
        return { value: await policyOf(tx), position }
      }),
  )
}

function triggersWhere(isOn: (name: Trigger) => boolean): Policy['triggers'] {
  return {
    'user.suspended': isOn('user.suspended'),
    'user.deactivated': isOn('user.deactivated'),
    'user.deleted': isOn('user.deleted'),
    'user.renamed': isOn('user.renamed'),
    'user.password_changed': isOn('user.password_changed'),
    'user.password_reset': isOn('user.password_reset'),
    'application.deactivated': isOn('application.deactivated'),
    'application.deleted': isOn('application.deleted'),
    'api.disabled': isOn('api.disabled'),
    'api.deleted': isOn('api.deleted'),
  }
}
