import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Terminal } from './command.ts'

/** The terminal, or the pipes, of this process. */
export function processTerminal(): Terminal {
  const { stdout, stdin } = process
  let drawn = 0
  return {
    print: (line) => void writeSync(1, `${line}\n`),
    remark: (line) => void writeSync(2, `${line}\n`),
    redraw: stdout.isTTY
      ? (lines) => {
          // Up to the first line of before, and clear from there: one write, so that nothing flickers.
          const back = drawn === 0 ? '' : `\u{1b}[${drawn}A\u{1b}[J`
          drawn = lines.length
          writeSync(1, back + lines.map((line) => `${line}\n`).join(''))
        }
      : undefined,
    // A terminal that does not know its size says 0.
    rows: stdout.isTTY ? stdout.rows || 24 : Number.POSITIVE_INFINITY,
    columns: stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
    environment: process.env,
    askSecret: (question) => (stdin.isTTY ? askHidden(question) : Promise.resolve(undefined)),
    async readInput() {
      const chunks: Buffer[] = []
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}

function askHidden(question: string): Promise<string> {
  process.stderr.write(question)
  // Without an output of its own, readline echoes nothing.
  const lines = createInterface({ input: process.stdin, terminal: true })
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      process.stderr.write('\n')
      lines.close()
      resolve(line.trim())
    })
    lines.once('close', () => resolve(''))
  })
}
