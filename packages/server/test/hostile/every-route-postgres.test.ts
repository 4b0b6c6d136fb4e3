import { DATABASES } from '../support/databases.ts'
import { attackEveryRoute } from './every-route.ts'

// What never gets as far as a database is tried on one of them.
for (const database of DATABASES.filter(({ name }) => name === 'postgres'))
  attackEveryRoute(database, { beforeTheDatabase: false })
