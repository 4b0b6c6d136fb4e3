/**
 * A process for relational work: it gets tables and a query, answers, and forgets. It has no secret, no connection
 * and no file, and whoever started it ends it when its time is over.
 */
import { Worker } from 'node:worker_threads'
import { LIMITS } from '../limits.ts'
import type { Order, Report } from './messages.ts'
import { AnswerTooLarge, Sandbox } from './sandbox.ts'

/**
 * Runs beside a statement that keeps the main thread: ends the process when it takes more memory than it may, and
 * when nobody is there any more who would.
 */
const WARDEN = `
  const { workerData: { memory, parent } } = require('node:worker_threads')
  setInterval(() => {
    if (process.memoryUsage.rss() > memory || process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  }, 20)
`

let sandbox: Sandbox | undefined

function carryOut(order: Order): void {
  sandbox ??= new Sandbox()
  if (order.type === 'table') sandbox.open(order.table)
  else if (order.type === 'rows') sandbox.fill(order)
  else {
    for (const report of sandbox.query(order)) tell(report)
    tell({ type: 'done' })
  }
}

function tell(report: Report): void {
  process.send?.(report)
}

function fault(failure: unknown): Report {
  const limit = failure instanceof AnswerTooLarge
  return { type: 'fault', limit, message: failure instanceof Error ? failure.message : 'failed' }
}

new Worker(WARDEN, { eval: true, workerData: { memory: LIMITS.memory, parent: process.ppid } }).unref()

process.on('message', (order: Order) => {
  try {
    carryOut(order)
  } catch (failure) {
    tell(fault(failure))
  }
  if (order.type !== 'query') return
  sandbox?.close()
  sandbox = undefined
})
process.on('disconnect', () => process.exit())
tell({ type: 'ready' })
