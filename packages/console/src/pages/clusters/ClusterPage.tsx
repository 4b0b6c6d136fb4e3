import { Page } from '../../design/Page.tsx'

export function ClusterPage() {
  return <Page title="ClusterPage">{null}</Page>
}
