import { writeSync } from 'node:fs'
import { append } from '../../src/log/index.ts'
import { openStore } from '../../src/store/index.ts'

/*
 * A process that writes until it is killed. Its arguments: where the database is (JSON), the organization, and a
 * prefix for the ids. Each acknowledged change is one line `<id> <seq>` on stdout, written before the next begins.
 */

const WRITERS = 8
const [place = '{}', organizationId = '', prefix = ''] = process.argv.slice(2)
const where: unknown = JSON.parse(place)
if (typeof where !== 'object' || where === null || !('dataDir' in where) || typeof where.dataDir !== 'string')
  throw new TypeError('no database was named')
const databaseUrl = 'databaseUrl' in where ? String(where.databaseUrl) : undefined
const store = await openStore({
  dataDir: where.dataDir,
  ...(databaseUrl === undefined ? {} : { databaseUrl }),
})

async function writeForEver(writer: number): Promise<never> {
  for (let index = 0; ; index++) {
    const id = `${prefix}-${writer}-${index}`
    const { seq } = await store.write({ organizationId }, async (tx) => {
      await tx.db
        .insertInto('blocked_keys')
        .values({ organization_id: organizationId, thumbprint: id, blocked_at: 0 })
        .execute()
      return append(
        tx,
        { kind: 'user.revoked', subject: { user: id }, actor: { type: 'system', id: 'test' } },
        Date.now(),
      )
    })
    writeSync(1, `${id} ${seq}\n`)
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeForEver(writer)))
