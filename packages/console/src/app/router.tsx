import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  stringifySearchWith,
} from '@tanstack/react-router'
import { Missing } from './Missing.tsx'
import { Root } from './Root.tsx'
import { texts } from './search.ts'

const root = createRootRoute({ component: Root, notFoundComponent: Missing })
const at = <const Path extends string>(path: Path) => ({ getParentRoute: () => root, path })

const overview = createRoute({
  ...at('/'),
  component: lazyRouteComponent(() => import('../pages/overview/OverviewPage.tsx'), 'OverviewPage'),
})
const usersRoute = createRoute({
  ...at('/users'),
  validateSearch: texts('q', 'status'),
  component: lazyRouteComponent(() => import('../pages/users/UsersPage.tsx'), 'UsersPage'),
})
const userRoute = createRoute({
  ...at('/users/$userId'),
  validateSearch: texts('tab', 'state', 'application', 'api', 'kind', 'issued'),
  component: lazyRouteComponent(() => import('../pages/users/UserPage.tsx'), 'UserPage'),
})
const applicationsRoute = createRoute({
  ...at('/applications'),
  validateSearch: texts('q', 'status'),
  component: lazyRouteComponent(
    () => import('../pages/applications/ApplicationsPage.tsx'),
    'ApplicationsPage',
  ),
})
const applicationRoute = createRoute({
  ...at('/applications/$applicationId'),
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('../pages/applications/ApplicationPage.tsx'), 'ApplicationPage'),
})
const apisRoute = createRoute({
  ...at('/apis'),
  component: lazyRouteComponent(() => import('../pages/apis/ApisPage.tsx'), 'ApisPage'),
})
const apiRoute = createRoute({
  ...at('/apis/$apiId'),
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('../pages/apis/ApiPage.tsx'), 'ApiPage'),
})
const serversRoute = createRoute({
  ...at('/authorization-servers'),
  component: lazyRouteComponent(() => import('../pages/servers/ServersPage.tsx'), 'ServersPage'),
})
const serverRoute = createRoute({
  ...at('/authorization-servers/$serverId'),
  component: lazyRouteComponent(() => import('../pages/servers/ServerPage.tsx'), 'ServerPage'),
})
const federation = createRoute({
  ...at('/federation'),
  component: lazyRouteComponent(() => import('../pages/federation/FederationPage.tsx'), 'FederationPage'),
})
const clusters = createRoute({
  ...at('/clusters'),
  component: lazyRouteComponent(() => import('../pages/clusters/ClustersPage.tsx'), 'ClustersPage'),
})
const clusterRoute = createRoute({
  ...at('/clusters/$clusterId'),
  component: lazyRouteComponent(() => import('../pages/clusters/ClusterPage.tsx'), 'ClusterPage'),
})
const revocations = createRoute({
  ...at('/revocations'),
  component: lazyRouteComponent(() => import('../pages/revocations/RevocationsPage.tsx'), 'RevocationsPage'),
})
const revocationRoute = createRoute({
  ...at('/revocations/$revocationId'),
  component: lazyRouteComponent(() => import('../pages/revocations/RevocationPage.tsx'), 'RevocationPage'),
})
const explainRoute = createRoute({
  ...at('/explain'),
  validateSearch: texts('id'),
  component: lazyRouteComponent(() => import('../pages/explain/ExplainPage.tsx'), 'ExplainPage'),
})
const sql = createRoute({
  ...at('/sql'),
  component: lazyRouteComponent(() => import('../pages/sql/SqlPage.tsx'), 'SqlPage'),
})
const auditRoute = createRoute({
  ...at('/audit'),
  validateSearch: texts('kind', 'actor', 'subject'),
  component: lazyRouteComponent(() => import('../pages/audit/AuditPage.tsx'), 'AuditPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    usersRoute,
    userRoute,
    applicationsRoute,
    applicationRoute,
    apisRoute,
    apiRoute,
    serversRoute,
    serverRoute,
    federation,
    clusters,
    clusterRoute,
    revocations,
    revocationRoute,
    explainRoute,
    sql,
    auditRoute,
  ]),
  basepath: '/console',
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  // Filters are texts: `?status=ACTIVE`, not JSON.
  parseSearch: parseSearchWith((value) => value),
  stringifySearch: stringifySearchWith((value) => String(value)),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
