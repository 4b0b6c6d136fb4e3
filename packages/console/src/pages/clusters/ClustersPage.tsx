import { Page } from '../../design/Page.tsx'

export function ClustersPage() {
  return <Page title="ClustersPage">{null}</Page>
}
