import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'

/** `replace`: another key signs, and the old one is gone. `add`: the old one stays published. `down`: it answers nobody. */
export type ProviderOrder = 'replace' | 'add' | 'down' | 'up'

interface Report {
  readonly issuer: string
  /** The private key that signs, as a thief would have it. */
  readonly key: JWK
}

/** What the provider's tokens for programs are for. */
export const AUDIENCE = 'urn:example:orders'

/** A real identity provider in a process of its own. */
export class IdentityProvider {
  readonly #child: ChildProcess
  #report: Report

  private constructor(child: ChildProcess, report: Report) {
    this.#child = child
    this.#report = report
  }

  /** @param callback where people come back to */
  static async start(callback: string): Promise<IdentityProvider> {
    const child = fork(fileURLToPath(new URL('identity-provider-process.ts', import.meta.url)), {
      env: { ...process.env, CALLBACK: callback },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    return new IdentityProvider(child, await reportOf(child))
  }

  get issuer(): string {
    return this.#report.issuer
  }

  /** The key that signs now. */
  get key(): JWK {
    return this.#report.key
  }

  async order(order: ProviderOrder): Promise<void> {
    const report = reportOf(this.#child)
    this.#child.send(order)
    this.#report = await report
  }

  /** A token for a program, from the token endpoint. */
  async token(): Promise<string> {
    const reply = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('robot:a+secret+of+the+robot')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const body: unknown = await reply.json()
    if (typeof body === 'object' && body !== null && 'access_token' in body) return String(body.access_token)
    throw new Error(`no token: ${JSON.stringify(body)}`)
  }

  /** What a thief makes with a stolen key: a token as good as the provider's own. @param later seconds */
  async forge(key: JWK, later = 0, claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000) + later
    return new SignJWT({ sub: 'robot', client_id: 'robot', groups: ['ops'], ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid ?? '', typ: 'at+jwt' })
      .setIssuer(this.issuer)
      .setAudience(AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + 600)
      .sign(await importJWK(key, 'ES256'))
  }

  async close(): Promise<void> {
    const gone = once(this.#child, 'close')
    this.#child.kill()
    await gone
  }
}

async function reportOf(child: ChildProcess): Promise<Report> {
  const [report]: unknown[] = await once(child, 'message')
  if (!isReport(report)) throw new Error('the provider reported something else')
  return report
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'issuer' in value && 'key' in value
}
