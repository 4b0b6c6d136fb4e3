import type { EntryContent, Position } from '@rescind/core/log'
import { append, openLog } from '../../src/log/index.ts'
import { type Store, SYSTEM } from '../../src/store/index.ts'

const actor = { type: 'system', id: 'test' } as const

/** An entry that voids something, told apart by the name of its user. */
export function userRevoked(user: string): EntryContent {
  return { kind: 'user.revoked', subject: { user }, actor }
}

type WithoutActor<Content> = Content extends unknown ? Omit<Content, 'actor'> : never

export function entry(content: WithoutActor<EntryContent>): EntryContent {
  return { ...content, actor }
}

export function openLogs(store: Store, ...logs: readonly string[]): Promise<void> {
  return store.write(SYSTEM, async (tx) => {
    for (const log of logs) await openLog(tx, log)
  })
}

export function appendTo(store: Store, log: string, content: EntryContent, at = 0): Promise<Position> {
  return store.write({ organizationId: log }, (tx) => append(tx, content, at))
}
