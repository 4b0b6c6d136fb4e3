/**
 * What a process that a test starts takes over from the test's own environment: where programs are, and where what Node
 * has compiled is kept (scripts/launch.mjs), without which each start compiles a thousand modules again. Nothing else: a
 * person's settings are not the test's.
 */
export function inheritedEnvironment(): { readonly PATH: string; readonly NODE_COMPILE_CACHE?: string } {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) }
}
