import { hash, verify } from '@node-rs/argon2'
import { DomainError } from '../errors/index.ts'
import type { Secret } from '../secrets/index.ts'

/**
 * argon2id (the library's default variant) with 19 MiB, two passes and one lane: the least that the OWASP
 * Password Storage Cheat Sheet recommends. More memory per hash would let a flood of sign-ins take the machine:
 * four run at a time, on the thread pool, in 76 MiB; the rest wait.
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** NIST SP 800-63B section 5.1.1.2: a minimum length, no rules of composition, no truncation. */
const MIN_LENGTH = 8
const MAX_LENGTH = 256

/** A password made ready outside the transaction that will set it. */
export interface PreparedPassword {
  /** The PHC string of argon2. */
  readonly hash: string
}

/**
 * Holds a password to the requirements and hashes it. Slow on purpose: never call it inside a transaction.
 *
 * @param login the password must not contain it, nor its part before the `@`
 * @throws DomainError `password_refused` with the `requirement` that is not met
 */
export async function preparePassword(password: Secret, login: string): Promise<PreparedPassword> {
  const normal = normalise(password)
  const requirement = unmetRequirement(normal, login.toLowerCase())
  if (requirement !== undefined) throw new DomainError('password_refused', { requirement })
  return { hash: await hash(normal, COST) }
}

/**
 * Hashes a password that the operator of the installation chose for an administrator, or that was generated. What
 * people may choose for themselves is narrower; an installation that does not start would be no safer.
 */
export async function prepareGivenPassword(password: Secret): Promise<PreparedPassword> {
  return { hash: await hash(normalise(password), COST) }
}

/**
 * Whether this is the password. Without a hash the same work is done for nothing, so that the time of the answer
 * does not tell whether there is such a user, or whether the user has a password.
 */
export async function verifyPassword(stored: string | null | undefined, password: Secret): Promise<boolean> {
  const presented = normalise(password).slice(0, MAX_LENGTH + 1)
  const matches = await verify(stored ?? (await hashOfNobody()), presented)
  return matches && typeof stored === 'string'
}

let nobody: Promise<string> | undefined

function hashOfNobody(): Promise<string> {
  nobody ??= hash('the password of nobody', COST)
  return nobody
}

/** NIST SP 800-63B section 5.1.1.2: the same password from two keyboards is the same characters. */
function normalise(password: Secret): string {
  return password.reveal().normalize('NFKC')
}

function unmetRequirement(password: string, login: string): string | undefined {
  const length = [...password].length
  if (length < MIN_LENGTH) return `at least ${MIN_LENGTH} characters`
  if (password.length > MAX_LENGTH) return `at most ${MAX_LENGTH} characters`
  const folded = password.toLowerCase()
  const name = login.split('@', 1)[0] ?? login
  if (folded.includes(login) || (name.length >= 4 && folded.includes(name)))
    return 'no parts of your username'
  return undefined
}
