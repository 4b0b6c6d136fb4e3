import { DATABASES } from '../support/databases.ts'
import { attackEveryRoute } from './every-route.ts'

// A file for each database, so that they run side by side.
for (const database of DATABASES.filter(({ name }) => name === 'sqlite'))
  attackEveryRoute(database, { beforeTheDatabase: true })
