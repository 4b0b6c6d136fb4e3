import { useNow } from './now.ts'

const UNITS = [
  [31_536_000_000, 'y'],
  [2_592_000_000, 'mo'],
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const

const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** "3 min", "2 d": the largest unit alone. */
export function roughly(milliseconds: number): string {
  const length = Math.abs(milliseconds)
  const [size, unit] = UNITS.find(([least]) => length >= least) ?? [1_000, 's']
  return `${Math.floor(length / size)} ${unit}`
}

/** "03:59:12" or "12 d 03:59:12", for what counts down. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000))
  const two = (value: number) => String(value).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const rest = `${two(Math.floor(seconds / 3_600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return days > 0 ? `${days} d ${rest}` : rest
}

/** "84 ms", "2.4 s", "12 min": how long something took. */
export function span(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  return milliseconds < 60_000
    ? `${(milliseconds / 1_000).toFixed(1).replace(/\.0$/, '')} s`
    : roughly(milliseconds)
}

export function exactly(at: string | number): string {
  return full.format(new Date(at))
}

const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** A sentence of the authority with its times as people write them. */
export function humanTimes(sentence: string): string {
  return sentence.replaceAll(ISO, (time) => exactly(time))
}

interface Props {
  readonly at: string | null
  /** What to say where there is no time. */
  readonly never?: string
}

/** A moment as people speak of it ("3 min ago", "in 2 h"); the exact time is what hovers over it. */
export function Time({ at, never = '—' }: Props) {
  const now = useNow()
  if (at === null) return <span className="softer">{never}</span>
  const away = Date.parse(at) - now
  const said = Math.abs(away) < 1_000 ? 'now' : away < 0 ? `${roughly(away)} ago` : `in ${roughly(away)}`
  return (
    <time dateTime={at} title={exactly(at)} className="num nowrap">
      {said}
    </time>
  )
}

/** A moment to the second. */
export function ExactTime({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} className="num nowrap" title={at}>
      {exactly(at)}
    </time>
  )
}

/** The time that is left, counting. */
export function Countdown({ until, over = 'now' }: { readonly until: string; readonly over?: string }) {
  const left = Date.parse(until) - useNow()
  return (
    <time dateTime={until} title={exactly(until)} className="num nowrap">
      {left <= 0 ? over : clock(left)}
    </time>
  )
}
