import { DATABASES } from '../support/databases.ts'
import { TOKEN_FORMATS } from '../support/management.ts'
import { holdToTable } from './scope-table.ts'

// A file for each database, so that they run side by side.
for (const database of DATABASES.filter(({ name }) => name === 'sqlite'))
  holdToTable(database, () => TOKEN_FORMATS)
