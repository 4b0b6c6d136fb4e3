import { Type } from '@fastify/type-provider-typebox'
import { CATALOGUE, COLUMN_TYPES, nameOf, parametersOf } from '../../sql/index.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const Named = { name: Type.String(), description: Type.String() }
const Catalogue = Type.Object({
  resources: Type.Array(
    Type.Object({
      ...Named,
      columns: Type.Array(Type.Object({ ...Named, type: Type.Enum(COLUMN_TYPES) })),
      /** What a statement may compare with though it is no column. */
      parameters: Type.Array(Type.String()),
    }),
  ),
})

const SHOWN = {
  resources: CATALOGUE.map((resource) => ({
    name: nameOf(resource),
    description: resource.description,
    columns: resource.columns
      .filter(({ refused }) => refused !== true)
      .map(({ name, type, description }) => ({ name, type, description })),
    parameters: [...parametersOf(resource)],
  })),
}

/** `GET /sql/catalogue`: what statements can name, all at once, as an editor wants it. Readers and administrators. */
export function sqlCatalogue(app: NativeApp): void {
  app.get('/sql/catalogue', { schema: { response: { 200: Catalogue, ...RESPONSES } } }, (request) => {
    readerOf(actorOf(request))
    return SHOWN
  })
}
