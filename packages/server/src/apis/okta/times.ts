/** A time as Okta writes it: `YYYY-MM-DDTHH:mm:ss.SSSZ`. */
export function oktaTime(milliseconds: number): string
export function oktaTime(milliseconds: number | null): string | null
export function oktaTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}
