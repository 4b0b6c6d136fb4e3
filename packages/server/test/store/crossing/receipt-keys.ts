import * as receiptKeys from '../../../src/store/queries/receipt-keys.ts'
import { crossing } from './crossing.ts'

export default crossing(receiptKeys)(({ newRow }) => ({
  listReceiptKeys: [],
  findReceiptKey: [],
  retireReceiptKey: [2],
  insertReceiptKey: [newRow('receipt_keys')],
}))
