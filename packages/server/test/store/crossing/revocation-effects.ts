import * as effects from '../../../src/store/queries/revocation-effects.ts'
import { crossing } from './crossing.ts'

const PLACE = { incarnation: 1, seq: 1 }

export default crossing(effects)(({ of, newRow }) => ({
  organizationsWithOpenEffects: { system: [] },
  countOpenEffects: { system: [] },
  listOpenEffects: [10],
  listOpenPlaces: [{ incarnation: 1, seq: 0 }],
  oldestOpenEffect: [],
  closeEffect: [of('revocations', 'id'), PLACE],
  keepCovered: [of('revocations', 'id'), PLACE, '{}'],
  insertReceipt: [newRow('revocation_receipts')],
  findReceipt: [of('revocation_receipts', 'revocation_id'), PLACE],
  listReceiptFacts: [[of('revocation_receipts', 'revocation_id')]],
  putAcknowledgements: [[newRow('acknowledgement_batches')]],
  listAcknowledgements: [PLACE],
  forgetAcknowledgements: [{ incarnation: 1, seq: 2 }],
}))
