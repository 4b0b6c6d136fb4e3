/**
 * Writes docs/errors.md from the registry of refusals: `node --conditions=rescind-source scripts/write-error-docs.ts`.
 * A test compares the two, so that neither can say what the other does not.
 */
import { writeFile } from 'node:fs/promises'
import { REGISTRY } from '../packages/server/src/errors/index.ts'

/** The document, whole. */
export function errorDocument(): string {
  const rows = Object.entries(REGISTRY).map(([code, { kind, log }]) => `| \`${code}\` | ${kind} | ${log} |`)
  return `# Errors

Every refusal of the product has one code, the same in every interface. The native API shows it as \`code\`; Okta's,
Atlas's and OAuth's dialects say the same thing in their own words. A code that is retired is never given to
anything else. What a client sees never holds a secret; \`details\` names the member or object at fault.

The kind decides the native API's status: invalid 400, unauthenticated 401, forbidden 403, not_found 404,
conflict 409, limited 429, internal 500, unavailable 503.

| code | kind | meaning |
|---|---|---|
${rows.join('\n')}

This page is written from the registry by \`node --conditions=rescind-source scripts/write-error-docs.ts\`.
`
}

if (import.meta.main) await writeFile(new URL('../docs/errors.md', import.meta.url), errorDocument())
