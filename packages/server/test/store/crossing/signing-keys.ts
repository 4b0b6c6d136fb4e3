import * as signingKeys from '../../../src/store/queries/signing-keys.ts'
import { crossing } from './crossing.ts'

export default crossing(signingKeys)(({ of, newRow }) => ({
  findSigningRing: [of('signing_rings', 'issuer_id')],
  insertSigningRing: [{ ...newRow('signing_rings'), issuer_id: 'N.ring' }],
  advanceSigningRing: [{ issuer_id: of('signing_rings', 'issuer_id'), version: 1 }],
  listSigningKeys: [of('signing_keys', 'issuer_id')],
  insertSigningKey: [newRow('signing_keys')],
  updateSigningKey: [of('signing_keys', 'kid'), { status: 'REVOKED' }],
  listSigningRings: { system: [] },
  deleteSigningRing: [of('signing_rings', 'issuer_id')],
}))
