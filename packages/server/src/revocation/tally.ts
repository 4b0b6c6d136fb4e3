import type { TokenFacts } from '../store/queries/tokens.ts'

/** How many live tokens there are, by what they are for. */
export interface TokenCounts {
  readonly tokens: number
  readonly users: number
  readonly sessions: number
  /** Most tokens first. */
  readonly byApplication: readonly { readonly application: string; readonly tokens: number }[]
  readonly byApi: readonly CountOfApi[]
  /** Milliseconds: the latest expiry of an access token that is not opaque. */
  readonly exposedUntil: number | null
}

export interface CountOfApi {
  readonly api: string | null
  readonly tokens: number
  /** Milliseconds: the latest expiry of one that can be verified offline; null for none. */
  readonly offlineUntil: number | null
}

/** Counts rows one by one; a refresh token that has been exchanged is no token any more. */
export class Tally {
  readonly sessions = new Set<string>()
  readonly #users = new Set<string>()
  readonly #applications = new Map<string, number>()
  readonly #apis = new Map<string | null, number>()
  readonly #offlineUntil = new Map<string | null, number>()
  #tokens = 0

  add(row: TokenFacts): void {
    if (row.consumed_at !== null) return
    this.#tokens += 1
    if (row.user_id !== null) this.#users.add(row.user_id)
    if (row.session_id !== null) this.sessions.add(row.session_id)
    count(this.#applications, row.client_id)
    if (row.kind !== 'access') return
    count(this.#apis, row.api)
    if (row.format === 'opaque') return
    this.#offlineUntil.set(row.api, Math.max(this.#offlineUntil.get(row.api) ?? 0, row.expires_at))
  }

  result(): TokenCounts {
    const byApi = ranked(this.#apis).map(([api, tokens]) => ({
      api,
      tokens,
      offlineUntil: this.#offlineUntil.get(api) ?? null,
    }))
    return {
      tokens: this.#tokens,
      users: this.#users.size,
      sessions: this.sessions.size,
      byApplication: ranked(this.#applications).map(([application, tokens]) => ({ application, tokens })),
      byApi,
      exposedUntil: latestOffline(byApi),
    }
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function ranked<Key>(counts: ReadonlyMap<Key, number>): [Key, number][] {
  return [...counts].sort(([, a], [, b]) => b - a)
}

/** The latest expiry over all APIs of what can be verified offline. */
function latestOffline(byApi: readonly CountOfApi[]): number | null {
  return byApi.reduce<number | null>(
    (latest, { offlineUntil }) => (offlineUntil === null ? latest : Math.max(latest ?? 0, offlineUntil)),
    null,
  )
}
