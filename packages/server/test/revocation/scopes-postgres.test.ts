import { DATABASES } from '../support/databases.ts'
import { TOKEN_FORMATS } from '../support/management.ts'
import { holdToTable } from './scope-table.ts'

/*
 * Standing reads no format and the database stores none differently, so what SQLite is tried with in every format is
 * tried here in one after the other, row by row; `RESCIND_TEST_EVERY_FORMAT=1` tries all of them.
 */
const everything = process.env.RESCIND_TEST_EVERY_FORMAT === '1'

for (const database of DATABASES.filter(({ name }) => name === 'postgres'))
  holdToTable(database, (row) =>
    everything ? TOKEN_FORMATS : TOKEN_FORMATS.filter((_format, at) => at === row % TOKEN_FORMATS.length),
  )
