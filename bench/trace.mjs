/** The events of a trace that Chromium wrote. */
export const read = (buffer) => JSON.parse(buffer.toString()).traceEvents

/** Milliseconds from the navigation to its first and its largest contentful paint. */
export function paints(events) {
  const first = last(events, 'firstContentfulPaint')
  const largest = last(events, 'largestContentfulPaint::Candidate')
  const begun = events.find(
    ({ name, args }) =>
      name === 'navigationStart' && args.data?.navigationId === first?.args.data.navigationId,
  )
  if (first === undefined || largest === undefined || begun === undefined)
    throw new Error('the trace tells of no paint')
  return { first: (first.ts - begun.ts) / 1_000, largest: (largest.ts - begun.ts) / 1_000 }
}

/** Milliseconds from the slowest event of the types to the paint after it. */
export function slowestEvent(events, types) {
  const durations = events
    .filter(({ name, args }) => name === 'EventTiming' && types.test(args.data?.type ?? ''))
    .map(({ args }) => args.data.duration)
  return Math.max(0, ...durations)
}

/** Milliseconds of the longest task of the page's main thread. */
export function longestTask(events) {
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}.${tid}`),
  )
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && main.has(`${pid}.${tid}`))
  return Math.max(0, ...tasks.map(({ dur = 0 }) => dur / 1_000))
}

const last = (events, name) =>
  events
    .filter((event) => event.name === name)
    .reduce((one, other) => (one && one.ts > other.ts ? one : other), undefined)
