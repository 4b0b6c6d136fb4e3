import { entryActor } from '../authority/index.ts'
import { append } from '../log/index.ts'
import { type Method, nameOf, type Resource } from './catalogue/index.ts'
import { redacted } from './redact.ts'
import type { StatementRun } from './statement-run.ts'
import type { Statement } from './syntax/index.ts'

/**
 * Keeps a statement that is about to change something, before it does: what it then changed stands in the entries
 * behind this one, and an attempt that was refused is there too.
 */
export async function keepStatement(
  { services, actor }: StatementRun,
  statement: Statement,
  resource: Resource,
  method: Method,
): Promise<void> {
  const { authority } = services
  const { organizationId } = actor
  await authority.store.write({ organizationId }, (tx) =>
    append(
      tx,
      {
        kind: 'sql.statement',
        subject: { organization: organizationId },
        actor: entryActor(actor),
        data: { resource: nameOf(resource), method: method.name, statement: redacted(statement, method) },
      },
      authority.clock.now(),
    ),
  )
}
