/**
 * Appends entries to a log through the store, without HTTP: one after the other, or with many in flight that share
 * commits. Reads its order from `BENCH_LOAD`, prints how many became durable a second as JSON.
 */
import { productModule } from '../product.mjs'

const { environment, inFlight, seconds } = JSON.parse(process.env.BENCH_LOAD)
const { openStore, SYSTEM } = await import(productModule('store/index'))
const { append, openLog } = await import(productModule('log/index'))

const organizationId = 'b'.repeat(24)
const store = await openStore({
  dataDir: environment.RESCIND_DATA_DIR,
  ...(environment.RESCIND_DATABASE_URL && { databaseUrl: environment.RESCIND_DATABASE_URL }),
})
await store
  .write(SYSTEM, (tx) => openLog(tx, organizationId))
  .catch(() => 'there already, from an earlier round')

const entry = {
  kind: 'user.updated',
  subject: { user: '00u00000000000000000' },
  actor: { type: 'system', id: 'bench' },
}
const end = performance.now() + seconds * 1_000
let durable = 0
await Promise.all(
  Array.from({ length: inFlight }, async () => {
    while (performance.now() < end) {
      await store.write({ organizationId }, (tx) => append(tx, entry, 0))
      durable += 1
    }
  }),
)
await store.close()
process.stdout.write(JSON.stringify({ perSecond: durable / seconds }))
