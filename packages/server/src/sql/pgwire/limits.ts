/** What a connection may use. */
export const PGWIRE_LIMITS = {
  connections: 100,
  /** Milliseconds until somebody has signed in, and without any traffic after. */
  signIn: 15_000,
  idle: 600_000,
  /** Bytes of one message, before and after signing in. */
  firstMessage: 10_000,
  message: 1_048_576,
  /** Prepared statements, and portals, of one connection. */
  prepared: 100,
  /** Milliseconds for statements in flight once the server was told to stop. */
  drain: 15_000,
} as const

/** Limits that a listener may be given others for. */
export type ConnectionLimits = Readonly<Record<'connections' | 'signIn' | 'idle', number>>
