import type { Position, ReasonCode } from '@rescind/core/log'
import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { append } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import {
  findRevocationOfTarget,
  insertRevocation,
  type RevocationRow,
  repeatRevocation,
} from '../store/queries/revocations.ts'
import {
  type Circumstances,
  entryOf,
  isAbsolute,
  type OwnTarget,
  type RevocableTarget,
  targetKey,
} from './target.ts'

/** Why something is revoked. */
export interface Reason {
  readonly code: ReasonCode
  readonly note?: string
  /** The change that made it, e.g. `user.password_changed`; absent where somebody asked for it. */
  readonly cause?: string
}

export interface Recorded {
  readonly revocation: Omit<RevocationRow, 'organization_id'>
  /** The target had been revoked before: the revocation keeps the first one's id. */
  readonly repeated: boolean
}

/**
 * Revokes a target inside the caller's transaction: one entry and one row, however many tokens it covers. Asked
 * again for something absolute it writes nothing; for everything else it appends a new cutoff, since tokens may
 * have been issued in between that nobody here can see yet.
 */
export async function recordRevocation(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  target: OwnTarget,
  reason: Reason,
): Promise<Recorded> {
  const key = targetKey(target)
  const known = await findRevocationOfTarget(tx, key)
  if (known !== undefined && isAbsolute(target)) return { revocation: known, repeated: true }
  const position = await append(tx, entryOf(target, circumstances(actor, reason)), authority.clock.now())
  const revocation = await keepRevocation(authority, tx, actor, target, reason, position, known)
  return { revocation, repeated: known !== undefined }
}

/**
 * Keeps the row of a revocation whose entry stands at `position`: a new one, or `known` moved there.
 */
export async function keepRevocation(
  authority: Pick<Authority, 'clock'>,
  tx: WriteTx,
  actor: Actor,
  target: RevocableTarget,
  reason: Reason,
  position: Position,
  known?: RevocationRow,
): Promise<Recorded['revocation']> {
  const change = {
    // Who shares a provider's keys may be others by now.
    target: JSON.stringify(target),
    incarnation: position.incarnation,
    seq: position.seq,
    at: authority.clock.now(),
    reason: reason.code,
    note: reason.note ?? null,
    cause: reason.cause ?? null,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_name: actor.name,
    times: (known?.times ?? 0) + 1,
    // The effect is that of the newest entry, also where an earlier one has taken it.
    effect_open: 1,
    covered: null,
  }
  if (known !== undefined) {
    await repeatRevocation(tx, known.id, change)
    return { ...known, ...change }
  }
  const kind =
    target.type === 'identity_provider'
      ? 'idp_jwks.revoked'
      : entryOf(target, circumstances(actor, reason)).kind
  const revocation = {
    id: newId('rvk'),
    target_key: targetKey(target),
    kind,
    ...change,
  }
  await insertRevocation(tx, revocation)
  return revocation
}

function circumstances(actor: Actor, { code, note, cause }: Reason): Circumstances {
  return {
    actor: entryActor(actor),
    reason: { code, ...(note === undefined ? {} : { text: note }) },
    ...(cause === undefined ? {} : { cause }),
  }
}
