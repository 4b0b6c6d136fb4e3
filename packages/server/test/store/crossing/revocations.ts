import * as revocations from '../../../src/store/queries/revocations.ts'
import { crossing } from './crossing.ts'

export default crossing(revocations)(({ of, newRow }) => ({
  userTargetKey: 'no query',
  organizationTargetKey: 'no query',
  insertRevocation: [newRow('revocations')],
  repeatRevocation: [of('revocations', 'id'), newRow('revocations')],
  findRevocation: [of('revocations', 'id')],
  findRevocationOfTarget: [of('revocations', 'target_key')],
  findRevocationAt: [{ incarnation: 1, seq: 1 }],
  listRevocations: [10],
}))
