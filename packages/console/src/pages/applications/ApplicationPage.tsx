import { Page } from '../../design/Page.tsx'

export function ApplicationPage() {
  return <Page title="ApplicationPage">{null}</Page>
}
