/** What a page keeps in its address, read back with care: an address is written by anybody. */
export type Search = Readonly<Record<string, string | undefined>>

const MOST = 300

/** Reads the named texts of an address and drops everything else. */
export function texts<const Names extends readonly string[]>(...names: Names) {
  return (raw: Readonly<Record<string, unknown>>): { readonly [K in Names[number]]?: string | undefined } => {
    const read = names.flatMap((name) => {
      const value = raw[name]
      const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
      return typeof text === 'string' && text !== '' && text.length <= MOST ? [[name, text] as const] : []
    })
    // Each name is one of those that were given.
    return Object.fromEntries(read) as { readonly [K in Names[number]]?: string | undefined }
  }
}
