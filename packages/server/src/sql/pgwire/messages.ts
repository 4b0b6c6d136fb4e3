import type { ResultColumn } from '../result.ts'
import type { Told } from './faults.ts'
import { OIDS } from './values.ts'

/** The messages of a server, as bytes (PostgreSQL documentation, "Message Formats"). */

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(5, type, 'latin1')
  head.writeInt32BE(4 + parts.reduce((sum, { length }) => sum + length, 0), 1)
  return Buffer.concat([head, ...parts])
}

export function text(value: string): Buffer {
  return Buffer.from(`${value.replaceAll('\0', '')}\0`)
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** 0: signed in. 3: the password, please. 10, 11, 12: steps of SASL. */
export function authentication(step: 0 | 3 | 10 | 11 | 12, data: Buffer = Buffer.alloc(0)): Buffer {
  return message('R', int32(step), data)
}

/**
 * NegotiateProtocolVersion: asked for more than there is, this is what there is. The version is the whole one, as
 * PostgreSQL sends it and libpq reads it, although its documentation says "minor".
 */
export function negotiation(version: number, unknownOptions: readonly string[]): Buffer {
  return message('v', int32(version), int32(unknownOptions.length), ...unknownOptions.map(text))
}

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', text(name), text(value))
}

export function backendKey(id: number, secret: number): Buffer {
  return message('K', int32(id), int32(secret))
}

export function ready(isInTransaction: boolean): Buffer {
  return message('Z', Buffer.from(isInTransaction ? 'T' : 'I'))
}

function told(type: string, severity: string, { code, message: words, detail }: Told): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${words}`]
  if (detail !== undefined) fields.push(`D${detail}`)
  return message(type, ...fields.map(text), Buffer.alloc(1))
}

export function refusal(what: Told, severity: 'ERROR' | 'FATAL' = 'ERROR'): Buffer {
  return told('E', severity, what)
}

export function notice(words: string, severity: 'NOTICE' | 'WARNING' = 'NOTICE'): Buffer {
  return told('N', severity, { code: severity === 'NOTICE' ? '00000' : '01000', message: words })
}

export function rowDescription(columns: readonly ResultColumn[], formats: readonly number[]): Buffer {
  return message(
    'T',
    int16(columns.length),
    ...columns.map(({ name, type }, index) => {
      const { oid, size } = OIDS[type]
      return Buffer.concat([
        text(name),
        int32(0),
        int16(0),
        int32(oid),
        int16(size & 0xffff),
        int32(-1),
        int16(formatOf(formats, index)),
      ])
    }),
  )
}

/** No format is text for all, one is for all, else each has its own. */
export function formatOf(formats: readonly number[], index: number): number {
  return (formats.length === 1 ? formats[0] : formats[index]) ?? 0
}

export function dataRow(values: readonly (Buffer | null)[]): Buffer {
  return message(
    'D',
    int16(values.length),
    ...values.flatMap((value) => (value === null ? [int32(-1)] : [int32(value.length), value])),
  )
}

export function complete(tag: string): Buffer {
  return message('C', text(tag))
}

export function parameterDescription(oids: readonly number[]): Buffer {
  return message('t', int16(oids.length), ...oids.map(int32))
}

export const EMPTY_QUERY = message('I')
export const PARSE_COMPLETE = message('1')
export const BIND_COMPLETE = message('2')
export const CLOSE_COMPLETE = message('3')
export const NO_DATA = message('n')
export const PORTAL_SUSPENDED = message('s')
