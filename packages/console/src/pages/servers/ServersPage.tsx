import { Page } from '../../design/Page.tsx'

export function ServersPage() {
  return <Page title="ServersPage">{null}</Page>
}
