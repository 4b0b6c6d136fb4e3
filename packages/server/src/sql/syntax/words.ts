/**
 * Words that cannot be a name unless they are quoted. `use` is one of StackQL's; what follows a dot may be any of them.
 */
export const RESERVED: ReadonlySet<string> = new Set(
  `all and as asc between by case cast cross delete desc describe distinct else end escape except exec exists
  explain false from full glob group having ilike in inner insert intersect into is join left like limit natural not
  null offset on or order outer over recursive replace returning right select set show then true union update use
  using values when where with`.split(/\s+/),
)

/** Whether a name may stand in a statement without quotes and still be read as itself. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) && !RESERVED.has(name.toLowerCase())
}
