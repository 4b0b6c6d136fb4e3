import { Page } from '../../design/Page.tsx'

export function SqlPage() {
  return <Page title="SqlPage">{null}</Page>
}
