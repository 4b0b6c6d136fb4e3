import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { Checkpointer } from '../../src/store/sqlite/checkpointer.ts'

it('copies the write-ahead log into the database in a thread of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rescind-checkpoint-'))
  const path = join(folder, 'test.db')
  const database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table t (x text)')
  const { size: before } = await stat(path)
  const failures: unknown[] = []
  const events = new EventEmitter()
  const checkpointer = new Checkpointer({
    path,
    statementsPerCheckpoint: 10,
    onDone: () => events.emit('done'),
    onFailed: (failure) => failures.push(failure),
    onGone: (failure) => failures.push(failure),
  })
  for (let index = 0; index < 100; index++)
    database.prepare('insert into t values (?)').run('x'.repeat(1_000))
  const done = once(events, 'done')
  checkpointer.committed(9)
  checkpointer.committed(1)
  await done
  expect((await stat(path)).size).toBeGreaterThan(before + 50_000)
  await checkpointer.close()
  database.close()
  expect(failures).toEqual([])
  await rm(folder, { recursive: true })
})

it('tells that it is gone when its thread cannot run', async () => {
  const events = new EventEmitter()
  const gone = once(events, 'gone')
  const checkpointer = new Checkpointer({
    path: '/nonexistent/test.db',
    statementsPerCheckpoint: 1,
    onFailed: () => {},
    onGone: (failure) => events.emit('gone', failure),
  })
  checkpointer.committed(1)
  expect(String((await gone)[0])).toContain('unable to open')
  await checkpointer.close()
})
