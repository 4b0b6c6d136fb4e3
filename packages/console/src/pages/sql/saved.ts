const PLACE = 'rescind.sql.saved'
const MOST = 50

/** Statements that somebody kept in this browser; nothing of theirs is at the authority. */
export function readQueries(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]')
    return Array.isArray(stored) ? stored.filter((item): item is string => typeof item === 'string') : []
  } catch {
    return []
  }
}

function write(queries: readonly string[]): readonly string[] {
  localStorage.setItem(PLACE, JSON.stringify(queries))
  return queries
}

export const saveQuery = (text: string) =>
  write([text, ...readQueries().filter((known) => known !== text)].slice(0, MOST))

export const forgetQuery = (text: string) => write(readQueries().filter((known) => known !== text))
