import { Page } from '../../design/Page.tsx'

export function AuditPage() {
  return <Page title="AuditPage">{null}</Page>
}
