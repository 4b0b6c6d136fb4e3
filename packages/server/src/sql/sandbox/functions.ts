/**
 * The functions that a statement may call, with how many arguments each takes. Nothing here reads a file, waits,
 * makes large values out of nothing, or tells of the machine.
 */
const ALLOWED: Readonly<Record<string, readonly [least: number, most: number]>> = {
  abs: [1, 1],
  ceil: [1, 1],
  char: [1, 8],
  coalesce: [2, 20],
  concat: [1, 20],
  concat_ws: [2, 20],
  date: [0, 8],
  datetime: [0, 8],
  floor: [1, 1],
  ifnull: [2, 2],
  iif: [2, 3],
  instr: [2, 2],
  json: [1, 1],
  json_array: [0, 20],
  json_array_length: [1, 2],
  json_extract: [2, 20],
  json_extract_path_text: [2, 20],
  json_object: [0, 40],
  json_type: [1, 2],
  json_valid: [1, 1],
  julianday: [0, 8],
  length: [1, 1],
  lower: [1, 1],
  ltrim: [1, 2],
  now: [0, 0],
  nullif: [2, 2],
  replace: [3, 3],
  round: [1, 2],
  rtrim: [1, 2],
  sign: [1, 1],
  split_part: [3, 3],
  strftime: [1, 8],
  substr: [2, 3],
  substring: [2, 3],
  time: [0, 8],
  timediff: [2, 2],
  trim: [1, 2],
  typeof: [1, 1],
  unicode: [1, 1],
  unixepoch: [0, 8],
  upper: [1, 1],
  // Aggregates and windows.
  avg: [1, 1],
  count: [0, 1],
  dense_rank: [0, 0],
  first_value: [1, 1],
  group_concat: [1, 2],
  json_group_array: [1, 1],
  json_group_object: [2, 2],
  lag: [1, 3],
  last_value: [1, 1],
  lead: [1, 3],
  max: [1, 20],
  min: [1, 20],
  rank: [0, 0],
  row_number: [0, 0],
  string_agg: [2, 2],
  sum: [1, 1],
  total: [1, 1],
}

/** Functions that stand where a table does. */
export const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['json_each', 'json_tree'])

/** What the engine calls on behalf of operators. */
const BEHIND_OPERATORS = ['like', 'glob', '->', '->>']

export const FUNCTION_NAMES: readonly string[] = Object.keys(ALLOWED)

/** For the engine itself, which asks once more before each call. */
export const CALLABLE: ReadonlySet<string> = new Set([...FUNCTION_NAMES, ...BEHIND_OPERATORS])

export function argumentsOf(name: string): readonly [least: number, most: number] | undefined {
  return Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined
}
