import { Page } from '../../design/Page.tsx'

export function FederationPage() {
  return <Page title="FederationPage">{null}</Page>
}
