import { Type } from '@fastify/type-provider-typebox'

/** RFC 3339, in UTC; null where it has not happened. */
export const Time = Type.Union([Type.String(), Type.Null()])

export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

export function timeOrNull(milliseconds: number | null | undefined): string | null {
  return milliseconds === null || milliseconds === undefined ? null : timeText(milliseconds)
}
