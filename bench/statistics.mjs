/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** A figure of several runs: its median and the range it was seen in. */
export function figure(values, format = count) {
  return `${format(median(values))}  (${format(Math.min(...values))} – ${format(Math.max(...values))})`
}

export const count = (value) => Math.round(value).toLocaleString('en')
export const decimal = (value) => value.toFixed(value < 10 ? 2 : 1)
export const milliseconds = (value) => `${decimal(value)} ms`
export const megabytes = (value) => `${Math.round(value)} MB`

/**
 * Runs each candidate once per round, in turn, so that whatever the machine does meanwhile happens to all.
 *
 * @param candidates name → async function that measures once
 * @returns name → the measurements, one a round
 */
export async function interleave(rounds, candidates) {
  const names = Object.keys(candidates)
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const name of names) results[name].push(await candidates[name]())
  return results
}

/** Prints rows of text in aligned columns. */
export function printTable(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('   ')
      .trimEnd(),
  )
  process.stdout.write(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`)
}
