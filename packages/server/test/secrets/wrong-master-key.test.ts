import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MasterKeyRefused, MasterKeyVault, masterKeyProof } from '../../src/secrets/index.ts'
import { openStore, SYSTEM } from '../../src/store/index.ts'
import { DATABASES } from '../support/databases.ts'

describe.each(DATABASES)('the master key of a $name database', (database) => {
  it('is proven at every start, before anything is written', async () => {
    const { options, remove } = await database.place()
    const right = masterKeyProof(new MasterKeyVault(randomBytes(32)))
    const wrong = masterKeyProof(new MasterKeyVault(randomBytes(32)))
    const first = await openStore({ ...options, masterKey: right })
    const before = await first.read(SYSTEM, (tx) => tx.db.selectFrom('installation').selectAll().execute())
    await first.close()

    const refusal = openStore({ ...options, masterKey: wrong })
    await expect(refusal).rejects.toBeInstanceOf(MasterKeyRefused)
    await expect(refusal).rejects.toThrow('nothing was changed')

    const again = await openStore({ ...options, masterKey: right })
    expect(await again.read(SYSTEM, (tx) => tx.db.selectFrom('installation').selectAll().execute())).toEqual(
      before,
    )
    await again.close()
    await remove()
  })
})
