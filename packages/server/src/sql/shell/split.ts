/** What has been typed: whole statements, and the beginning of one that goes on. */
export interface Split {
  readonly statements: readonly string[]
  readonly rest: string
}

/** A semicolon ends a statement unless it stands in quotes or in a comment. */
export function splitStatements(text: string): Split {
  const statements: string[] = []
  const part = /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|[^'";/-]+|[/-]/g
  let start = 0
  for (const { 0: found, index } of text.matchAll(part)) {
    if (found !== ';') continue
    const statement = text.slice(start, index).trim()
    if (statement !== '') statements.push(statement)
    start = index + 1
  }
  return { statements, rest: text.slice(start) }
}
