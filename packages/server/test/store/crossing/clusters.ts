import * as clusters from '../../../src/store/queries/clusters.ts'
import { crossing } from './crossing.ts'

export default crossing(clusters)(({ of, newRow }) => ({
  insertCluster: [newRow('clusters')],
  findCluster: [of('clusters', 'id')],
  listClusters: [{ limit: 10 }],
  listAllClusters: [],
  updateCluster: [of('clusters', 'id'), newRow('clusters')],
  deleteCluster: [of('clusters', 'id')],
  insertClusterCredential: [newRow('cluster_credentials')],
  findPresentedClusterCredential: { system: [of('cluster_credentials', 'credential_hash')] },
}))
