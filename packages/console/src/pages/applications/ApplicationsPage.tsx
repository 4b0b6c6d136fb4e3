import { Page } from '../../design/Page.tsx'

export function ApplicationsPage() {
  return <Page title="ApplicationsPage">{null}</Page>
}
