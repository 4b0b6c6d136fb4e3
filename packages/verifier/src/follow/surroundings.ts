import { AuthorityClient, type NodeIdentity } from './authority-client.ts'
import type { ServerEvent } from './events.ts'
import { Introspector } from './introspect.ts'
import type { Grant } from './lease.ts'
import type { VerifierOptions } from './options.ts'

/** The authority, as a verifier asks it. Each call may fail at any time, and fails once its signal is aborted. */
export interface LogSource {
  register(name: string, signal: AbortSignal): Promise<NodeIdentity>
  /** @throws AuthorityRefusal where no lease is granted */
  acknowledge(node: NodeIdentity, position: string, digest: string, signal: AbortSignal): Promise<Grant>
  /** Hands back keys that are known here to be revoked, and that the log has lost. */
  returnKeys(node: NodeIdentity, revoked: readonly string[], signal: AbortSignal): Promise<void>
  /** Left out where nobody can be told. */
  lookForKey?(node: NodeIdentity, issuer: string, kid: string, signal: AbortSignal): Promise<void>
  snapshot(node: NodeIdentity, query: string, limit: number, signal: AbortSignal): Promise<Uint8Array>
  stream(node: NodeIdentity, query: string, signal: AbortSignal): AsyncIterable<ServerEvent>
  poll(node: NodeIdentity, query: string, signal: AbortSignal): Promise<readonly string[]>
}

/** Asks about one token; see `Introspector`. */
export interface Introspection {
  ask(issuer: string, token: string): Promise<string | undefined>
}

/**
 * Everything beside its clock by which a verifier touches the world. It is in one place so that a whole verifier can
 * run in a world that is made up: test/simulation.
 */
export interface Surroundings {
  readonly source: LogSource
  readonly introspection: Introspection | undefined
  /** Calls back after so many milliseconds, unless the function returned is called before. */
  after(milliseconds: number, callback: () => void): () => void
  /** From 0 up to 1. */
  random(): number
}

/** The world as it is. */
export function surroundingsOf({ authority, credential, introspection }: VerifierOptions): Surroundings {
  return {
    source: new AuthorityClient(authority, credential),
    introspection: introspection && new Introspector(introspection),
    after: (milliseconds, callback) => {
      const timer = setTimeout(callback, milliseconds)
      return () => clearTimeout(timer)
    },
    random: () => Math.random(),
  }
}
