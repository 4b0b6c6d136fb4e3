import * as nodes from '../../../src/store/queries/cluster-nodes.ts'
import { crossing } from './crossing.ts'

export default crossing(nodes)(({ of, newRow }) => ({
  insertNode: [newRow('cluster_nodes')],
  findPresentedNode: { system: [of('cluster_nodes', 'token_hash')] },
  findNodes: [[of('cluster_nodes', 'id')]],
  listNodes: [of('cluster_nodes', 'cluster_id')],
  listLeases: [of('node_leases', 'cluster_id')],
  listAllLeases: [],
  isLeaseBehind: [{ incarnation: 9, seq: 1 }, 0],
  putLeases: [[of('node_leases', 'node_id')], newRow('node_leases')],
  deleteOrphanedLeases: [2],
  deleteSilentNodes: [2],
}))
