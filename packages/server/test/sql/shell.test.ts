import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { complete } from '../../src/sql/shell/completion.ts'
import { format } from '../../src/sql/shell/format.ts'
import { runShell, ShellWordsRefused, splitStatements } from '../../src/sql/shell/index.ts'
import { interact } from '../../src/sql/shell/interactive.ts'

describe('an answer as text', () => {
  const csv = (cell: string | number | null) => format({ columns: ['c'], rows: [[cell]] }, 'csv').slice(3)

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['a,b', '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ['two\nlines', '"two\nlines"'],
    ['plain', 'plain'],
    ['', ''],
    [null, ''],
    [-1, '-1'],
  ])('%j is no formula and one cell in CSV', (cell, written) => {
    expect(csv(cell)).toBe(`${written}\r\n`)
  })

  it('keeps the names of columns harmless, too', () => {
    expect(format({ columns: ['=x', 'a"b'], rows: [] }, 'csv')).toBe(`'=x,"a""b"\r\n`)
  })

  it('steers no terminal, and says how many rows there are', () => {
    const table = format({ columns: ['id', 'n'], rows: [['\u001b[2J\u202e', 12]] }, 'table')
    expect(table).toBe('id              |  n\n----------------+---\n\\u001b[2J\\u202e | 12\n(1 row)\n')
  })

  it('is JSON, or a line of JSON by row', () => {
    const answer = { columns: ['a', '__proto__'], rows: [['x', 1]] }
    expect(JSON.parse(format(answer, 'json'))).toEqual(JSON.parse('[{"a":"x","__proto__":1}]'))
    expect(format(answer, 'jsonl')).toBe('{"a":"x","__proto__":1}\n')
    expect(format({ columns: [], rows: [] }, 'json')).toBe('')
  })
})

describe('what is typed', () => {
  it.each([
    ["SELECT ';'; SELECT 2;", ["SELECT ';'", 'SELECT 2'], ''],
    ['SELECT 1 -- ; no\n; SELECT', ['SELECT 1 -- ; no'], ' SELECT'],
    ['SELECT /* ; */ 1;;', ['SELECT /* ; */ 1'], ''],
    [`SELECT "a;b" - 1 / 2;`, ['SELECT "a;b" - 1 / 2'], ''],
    ["SELECT 'it''s;", [], "SELECT 'it''s;"],
  ])('%j is split at semicolons that end statements', (text, statements, rest) => {
    expect(splitStatements(text)).toEqual({ statements, rest })
  })

  it.each([
    ['SEL', ['SELECT'], 'SEL'],
    ['select * from okta.apps.jw', ['okta.apps.jwks'], 'okta.apps.jw'],
    [
      'EXEC okta.apps.jwks.deact',
      ['okta.apps.jwks.deactivate_oauth2_client_json_web_key'],
      'okta.apps.jwks.deact',
    ],
    ['SELECT json_ext', ['json_extract('], 'json_ext'],
  ])('%j is completed', (line, candidates, replaced) => {
    const [found, word] = complete(line)
    expect(word).toBe(replaced)
    expect(found).toEqual(expect.arrayContaining(candidates))
    expect(found.every((one) => one.toLowerCase().startsWith(replaced.toLowerCase()))).toBe(true)
  })

  it('offers the columns of the resource that a line names', () => {
    expect(complete('SELECT x FROM okta.apps.jwks WHERE app')[0]).toContain('appId')
  })
})

describe('the shell', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rescind-shell-'))
    vi.stubEnv('HOME', folder)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  it('remembers what was typed for its user alone, and nothing that may be secret', async () => {
    const file = join(folder, '.rescind_history')
    writeFileSync(file, 'SELECT 0;\n', { mode: 0o644 })
    const input = new PassThrough()
    const output = new PassThrough()
    const ran: [string, string][] = []
    input.end(
      "SELECT 1,\n  2;\n.format csv\nINSERT INTO okta.apps.secrets(client_secret) SELECT 'x';\nSELECT 3;\n.exit\nSELECT 4;\n",
    )
    await interact({ input, output, isTerminal: true }, 'table', async (statement, as) => {
      ran.push([statement, as])
    })
    expect(ran).toEqual([
      ['SELECT 1,\n  2', 'table'],
      ["INSERT INTO okta.apps.secrets(client_secret) SELECT 'x'", 'csv'],
      ['SELECT 3', 'csv'],
    ])
    expect(await readFile(file, 'utf8')).toBe('SELECT 0;\nSELECT 1, 2;\nSELECT 3;\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('stops at the first statement that fails, and says so', async () => {
    const asked: string[] = []
    const server = createServer(async (request, response) => {
      const { statement } = JSON.parse(Buffer.concat(await request.toArray()).toString())
      asked.push(statement)
      const isRefused = statement.includes('wrong')
      response.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(
          isRefused
            ? {
                code: 'sql_invalid',
                message: 'no',
                details: { message: 'wrong word', position: 8, changed: 2 },
              }
            : { columns: ['n'], types: ['integer'], rows: [[1]], message: 'done' },
        ),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const file = join(folder, 'all.sql')
    writeFileSync(file, 'SELECT 1; SELECT wrong; SELECT 3')
    const [output, errors] = [new PassThrough(), new PassThrough()]
    const streams = { input: new PassThrough(), output, errors, isTerminal: false }
    const words = { statements: [], format: 'csv', url, token: 't' }
    try {
      expect(await runShell({ ...words, file }, streams)).toBe(false)
      expect(asked).toEqual(['SELECT 1', 'SELECT wrong'])
      expect(await runShell({ ...words, statements: ['SELECT 5'] }, streams)).toBe(true)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    expect(await runShell({ ...words, statements: ['SELECT 6'] }, streams)).toBe(false)
    expect(String(output.read())).toBe('n\r\n1\r\nn\r\n1\r\n')
    const said = String(errors.read())
    expect(said).toContain('sql_invalid: wrong word (at character 8); 2 done before\n')
    expect(said).toContain('cannot be reached')
    await expect(runShell({ ...words, format: 'xml' }, streams)).rejects.toThrow(ShellWordsRefused)
    await expect(runShell({ ...words, file: join(folder, 'none') }, streams)).rejects.toThrow(
      ShellWordsRefused,
    )
  })
})
