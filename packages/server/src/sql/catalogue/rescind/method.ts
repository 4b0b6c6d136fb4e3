import { setImmediate } from 'node:timers/promises'
import type { Column, Method, MethodAnswer, MethodCall, Verb } from '../resource.ts'

interface OwnMethod {
  readonly name: string
  readonly verb: Verb
  readonly description: string
  readonly required?: readonly string[]
  readonly optional?: readonly string[]
  readonly body?: readonly Column[]
  readonly reads?: boolean
  readonly shows?: readonly Column[]
  /** The operation of the native API that does the same, if there is one. */
  readonly operation?: string
  run(call: MethodCall): Promise<MethodAnswer>
}

/** A method of ours: what is not said is empty. */
export function ownMethod(method: OwnMethod): Method {
  return { required: [], optional: [], body: [], ...method }
}

export function timeOf(milliseconds: number | null | undefined): string | null {
  return milliseconds === null || milliseconds === undefined ? null : new Date(milliseconds).toISOString()
}

/** Reads pages until there are enough rows, or no more. */
export async function pages<Item, Cursor>(
  limit: number,
  size: number,
  read: (
    size: number,
    after: Cursor | undefined,
  ) => Promise<{ items: readonly Item[]; next: Cursor | undefined }>,
): Promise<{ readonly items: readonly Item[]; readonly more: boolean }> {
  const items: Item[] = []
  let after: Cursor | undefined
  do {
    const page = await read(Math.max(1, Math.min(size, limit - items.length)), after)
    items.push(...page.items)
    after = page.next
    // Where reading does not wait for anything, others would wait for all of it.
    await setImmediate()
  } while (after !== undefined && items.length < limit)
  return { items, more: after !== undefined }
}
