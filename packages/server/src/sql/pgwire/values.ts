import type { ParameterValue } from '../plan/parameters.ts'
import type { ResultColumn } from '../result.ts'
import type { Cell } from '../sandbox/messages.ts'
import { ProtocolFault } from './faults.ts'

/** What each type of the dialect is in PostgreSQL. */
export const OIDS: Readonly<Record<ResultColumn['type'], { readonly oid: number; readonly size: number }>> = {
  text: { oid: 25, size: -1 },
  integer: { oid: 20, size: 8 },
  real: { oid: 701, size: 8 },
  boolean: { oid: 16, size: 1 },
  timestamp: { oid: 1184, size: 8 },
  json: { oid: 114, size: -1 },
}
export const TEXT_OID = OIDS.text.oid

/** Microseconds are counted from here. */
const PG_EPOCH = Date.UTC(2000, 0, 1)

/** A cell as the client asked for it. */
export function encode(cell: Cell, type: ResultColumn['type'], format: number): Buffer | null {
  if (cell === null) return null
  if (format === 0) return Buffer.from(inText(cell, type))
  const bytes = Buffer.alloc(type === 'boolean' ? 1 : 8)
  switch (type) {
    case 'text':
    case 'json':
      return Buffer.from(String(cell))
    case 'boolean':
      bytes.writeUInt8(isTrue(cell) ? 1 : 0)
      return bytes
    case 'integer':
      bytes.writeBigInt64BE(BigInt(Math.trunc(numberOf(cell))))
      return bytes
    case 'real':
      bytes.writeDoubleBE(numberOf(cell))
      return bytes
    case 'timestamp':
      bytes.writeBigInt64BE(BigInt(Math.round(numberOf(Date.parse(String(cell))) - PG_EPOCH)) * 1000n)
      return bytes
  }
}

function inText(cell: string | number, type: ResultColumn['type']): string {
  if (type === 'boolean') return isTrue(cell) ? 't' : 'f'
  const value = String(cell)
  if (type !== 'timestamp') return value
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? `${value.slice(0, -1).replace('T', ' ')}+00` : value
}

function isTrue(cell: string | number): boolean {
  return cell !== 0 && cell !== '0'
}

function numberOf(cell: string | number): number {
  const value = Number(cell)
  if (!Number.isFinite(value)) throw new ProtocolFault('22P03', 'a value has no binary form: ask for text')
  return value
}

const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23, 26])
const NUMBERS: ReadonlySet<number> = new Set([700, 701, 1700])
const TEXTS: ReadonlySet<number> = new Set([0, 18, 19, 25, 114, 705, 1042, 1043])

/** A parameter as it was sent. @throws ProtocolFault for types that have no binary form here */
export function decode(bytes: Buffer, oid: number, format: number): ParameterValue {
  if (format === 0) return ofText(bytes.toString(), oid)
  if (TEXTS.has(oid)) return bytes.toString()
  switch (`${oid}/${bytes.length}`) {
    case '16/1':
      return bytes[0] !== 0
    case '21/2':
      return bytes.readInt16BE()
    case '23/4':
      return bytes.readInt32BE()
    case '26/4':
      return bytes.readUInt32BE()
    case '20/8':
      return exact(bytes.readBigInt64BE())
    case '700/4':
      return bytes.readFloatBE()
    case '701/8':
      return bytes.readDoubleBE()
    case '1184/8':
    case '1114/8':
      return new Date(Number(bytes.readBigInt64BE() / 1000n) + PG_EPOCH).toISOString()
    default:
      throw new ProtocolFault('0A000', `parameters of the type ${oid} are taken as text only`)
  }
}

function ofText(value: string, oid: number): ParameterValue {
  if (oid === 16) return /^(t|true|1|on|yes)$/i.test(value)
  if (!INTEGERS.has(oid) && !NUMBERS.has(oid)) return value
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number))
    throw new ProtocolFault('22P02', 'a parameter is no number')
  return number
}

/** Larger numbers are compared as text rather than as a neighbour of theirs. */
function exact(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
