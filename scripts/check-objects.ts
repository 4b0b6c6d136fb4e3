/**
 * Refuses the two ways in which outside input would be merged into an object whole: `Object.assign`, and spreading
 * what was just parsed. Members are copied by name (CONTRIBUTING.md).
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const FORBIDDEN: readonly { readonly pattern: RegExp; readonly say: string }[] = [
  { pattern: /\bObject\.assign\s*\((?!new )/g, say: 'Object.assign: copy named members' },
  {
    pattern:
      /\.\.\.\s*\(?\s*(?:await\s+)?(?:JSON\.parse\s*\(|(?:\w+\.)?(?:req|request)\.(?:body|query|params)\b)/g,
    say: 'outside input spread into an object: copy named members',
  },
]

/** One line for each fault in the sources under `root`; none is good. */
export function objectFaults(root: string): string[] {
  return globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root })
    .sort()
    .flatMap((path) => {
      const code = readFileSync(join(root, path), 'utf8')
      return FORBIDDEN.flatMap(({ pattern, say }) =>
        [...code.matchAll(pattern)].map(
          (match) => `${path}:${code.slice(0, match.index).split('\n').length}: ${say}`,
        ),
      )
    })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = objectFaults(join(import.meta.dirname, '..'))
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  if (faults.length > 0) process.exit(1)
}
