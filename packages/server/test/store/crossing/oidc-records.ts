import * as oidcRecords from '../../../src/store/queries/oidc-records.ts'
import { crossing } from './crossing.ts'

export default crossing(oidcRecords)(
  ({ of, newRow }) => ({
    saveOidcRecord: [newRow('oidc_records')],
    insertOidcRecordOnce: [{ ...newRow('oidc_records'), handle: 'once' }],
    findOidcRecord: [
      { issuer_id: of('oidc_records', 'issuer_id'), model: 'Session', handle: of('oidc_records', 'handle') },
    ],
    findOidcRecordByUid: [
      { issuer_id: of('oidc_records', 'issuer_id'), model: 'Session' },
      of('oidc_records', 'uid'),
    ],
    findOidcRecordByUserCode: [
      { issuer_id: of('oidc_records', 'issuer_id'), model: 'Session' },
      of('oidc_records', 'user_code'),
    ],
    consumeOidcRecord: [
      { issuer_id: of('oidc_records', 'issuer_id'), model: 'Session', handle: of('oidc_records', 'handle') },
      2,
    ],
    deleteOidcRecord: [
      { issuer_id: of('oidc_records', 'issuer_id'), model: 'Session', handle: of('oidc_records', 'handle') },
    ],
    extendOidcRecord: [
      { issuer_id: of('oidc_records', 'issuer_id'), model: 'Session', handle: of('oidc_records', 'handle') },
      9_000_000_000_000,
    ],
    listOidcRecordsOfUser: ['Session', of('oidc_records', 'user_id'), 0],
    deleteExpiredOidcRecords: [2, 10],
    findSessionRow: [of('oidc_records', 'uid')],
  }),
  { oidc_records: { model: 'Session' } },
)
