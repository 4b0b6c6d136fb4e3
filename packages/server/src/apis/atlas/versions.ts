import { refusal } from './errors/refusal.ts'

/** The dates of versions that Atlas has published. */
export const VERSION_DATES = [
  '2023-01-01',
  '2023-02-01',
  '2023-10-01',
  '2023-11-15',
  '2024-05-30',
  '2024-08-05',
  '2024-10-23',
  '2024-11-13',
  '2025-02-19',
  '2025-03-12',
] as const
export type VersionDate = (typeof VERSION_DATES)[number]

/** `application/vnd.atlas.2023-11-15+json`, of which an `Accept` may name several. */
const MEDIA_TYPE = /^application\/vnd\.atlas\.(\d{4}-\d\d-\d\d|preview)\+json$/i

/**
 * The version of a resource that a request asks for: the newest that is not newer than the date it names.
 *
 * @param available the resource's versions, oldest first
 * @throws AtlasRefusal `INVALID_VERSION_DATE` where it names no version, one that never was, or only older ones
 */
export function negotiate(accept: string | undefined, available: readonly VersionDate[]): VersionDate {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';')
    if (parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/i.test(parameter))) continue
    const [, date] = MEDIA_TYPE.exec(type.trim()) ?? []
    if (VERSION_DATES.every((known) => known !== date) || date === undefined) continue
    const matching = available.findLast((version) => version <= date)
    if (matching !== undefined) return matching
  }
  throw refusal('INVALID_VERSION_DATE')
}

/** The `Content-Type` of an answer names the version that the resource has, not the one that was asked for. */
export function mediaTypeOf(version: VersionDate): string {
  return `application/vnd.atlas.${version}+json;charset=utf-8`
}
