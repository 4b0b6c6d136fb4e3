import type { Store } from '../../src/store/index.ts'
import { faultOfAnswer, faultOfRefusal, isConsole, isSignInFlow } from './dialects.ts'
import { type Fingerprint, fingerprint } from './fingerprint.ts'
import type { RawClient, RawRequest, RawResponse } from './requests.ts'

export interface Attack extends RawRequest {
  /** The route under attack, and how. */
  readonly name: string
  /** Whether it may be answered well; else only a refusal will do, and nothing may have changed. */
  readonly mayPass?: boolean
}

const AT_ONCE = 8

/** Sends every attack and returns what went wrong: each answer that is not a proper refusal. */
export async function faultsOf(attacks: readonly Attack[], client: RawClient): Promise<string[]> {
  const faults: string[] = []
  const waiting = attacks.values()
  const work = async () => {
    for (const attack of waiting) {
      const fault = judge(attack, await client.send(attack))
      if (fault !== undefined) faults.push(`${attack.name}: ${fault}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return faults
}

/** The tables whose rows are others after the work than they were before it. */
export async function tablesChangedBy(store: Store, work: () => Promise<void>): Promise<string[]> {
  const before = await fingerprint(store)
  await work()
  return changes(before, await fingerprint(store))
}

function judge({ target, mayPass = false }: Attack, response: RawResponse): string | undefined {
  if (isSignInFlow(target) || isConsole(target)) return faultOfAnswer(response)
  if (mayPass && response.status < 400) return undefined
  return faultOfRefusal(target, response)
}

function changes(before: Fingerprint, after: Fingerprint): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (table) => before[table] !== after[table],
  )
}
