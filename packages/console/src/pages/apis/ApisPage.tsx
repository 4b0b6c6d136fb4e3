import { Page } from '../../design/Page.tsx'

export function ApisPage() {
  return <Page title="ApisPage">{null}</Page>
}
