/**
 * A verifier in a process of its own: judges the token of its environment again and again, and writes each verdict with
 * the staleness right before it as a line of JSON.
 */
import { createVerifier } from '@rescind/verifier'
import { verdictOf } from './verifier-world.ts'

const { AUTHORITY = '', CREDENTIAL = '', AUDIENCE = '', TOKEN = '' } = process.env
const verifier = await createVerifier({
  authority: AUTHORITY,
  credential: CREDENTIAL,
  audience: AUDIENCE,
  name: 'a process',
})
for (;;) {
  const { staleness } = verifier
  const verdict = await verdictOf(verifier, TOKEN)
  process.stdout.write(`${JSON.stringify({ verdict, staleness: Math.min(staleness, 1e9) })}\n`)
  await new Promise((resolve) => setTimeout(resolve, 5))
}
