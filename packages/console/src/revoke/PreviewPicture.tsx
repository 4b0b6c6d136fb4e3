import type { Exposure, Preview, Target } from '../api/revocations.ts'
import { Name } from '../design/Name.tsx'
import { ExactTime } from '../design/Time.tsx'
import { TARGET_WORDS } from './target.ts'

interface Props {
  readonly target: Target
  readonly name: string
  readonly preview: Preview | undefined
  readonly isLoading: boolean
}

const CLASSES: Readonly<Record<string, string>> = {
  connected: 'Connected',
  standard: 'Introspecting',
  unmanaged: 'Unmanaged (polls published keys)',
}

/** What would be hit: counted, by application and API, and how long each class of verifiers may go on. */
export function PreviewPicture({ target, name, preview, isLoading }: Props) {
  const { name: kind, scope } = TARGET_WORDS[target.type]
  const classes = Object.entries(preview?.exposure.byClass ?? {})
  const unmanagedUntil = preview?.exposure.unmanagedUntil ?? null
  return (
    <section className="preview" aria-label="What will be revoked" aria-busy={isLoading}>
      <div className="preview-target">
        <span className="softer">{kind}</span>
        <strong>
          <Name wrap>{name || ('id' in target ? target.id : '')}</Name>
        </strong>
        <span className="soft">{scope}.</span>
      </div>
      <dl className="preview-counts">
        <Figure name="live token" count={preview?.tokens} exact={preview?.exact ?? true} />
        <Figure name="user" count={preview?.users} exact={preview?.exact ?? true} />
        <Figure name="session" count={preview?.sessions} exact={preview?.exact ?? true} />
        <Figure name="cluster" count={preview?.clusters.length} exact />
      </dl>
      {preview !== undefined && (
        <>
          <Breakdown
            title="By application"
            rows={preview.byApplication.map(({ application, name: label, tokens }) => [
              label ?? application,
              tokens,
            ])}
          />
          <Breakdown
            title="By API"
            rows={preview.byApi.map(({ api, name: label, tokens }) => [
              label ?? api ?? 'no API (userinfo)',
              tokens,
            ])}
          />
          <div className="preview-exposure">
            {classes.map(([name, exposure]) => (
              <div key={name}>
                <span>{CLASSES[name] ?? name}</span>
                <span className="soft">
                  <Worst exposure={exposure} />
                </span>
              </div>
            ))}
            {classes.length === 0 && unmanagedUntil !== null && (
              <div>
                <span>Verifiers that only poll JWKS</span>
                <span className="soft">
                  stay exposed until <ExactTime at={unmanagedUntil} />.
                </span>
              </div>
            )}
          </div>
          <details className="preview-predicate">
            <summary>Exact scope</summary>
            <code className="wrap">{preview.predicate}</code>
          </details>
        </>
      )}
    </section>
  )
}

/** The worst case of a class, short: the sentence stands under what is not stopped. */
function Worst({ exposure }: { readonly exposure: Exposure }) {
  if (exposure.bound === 'none') return 'not exposed'
  if (exposure.until === null) return 'exposed, nobody knows until when'
  return (
    <>
      exposed until <ExactTime at={exposure.until} /> at the latest
    </>
  )
}

function Figure(props: {
  readonly name: string
  readonly count: number | undefined
  readonly exact: boolean
}) {
  const { name, count, exact } = props
  return (
    <div>
      <dd className="num">
        {count === undefined ? '–' : `${exact ? '' : '≤ '}${count.toLocaleString('en-GB')}`}
      </dd>
      <dt>{count === 1 ? name : `${name}s`}</dt>
    </div>
  )
}

const MOST = 5

function Breakdown(props: { readonly title: string; readonly rows: readonly (readonly [string, number])[] }) {
  const rows = props.rows.toSorted(([, a], [, b]) => b - a)
  const more = rows.length - MOST
  if (rows.length < 2) return null
  return (
    <div className="breakdown">
      <h3>{props.title}</h3>
      <ul>
        {rows.slice(0, MOST).map(([name, tokens]) => (
          <li key={name}>
            <Name>{name}</Name>
            <span className="num push">{tokens.toLocaleString('en-GB')}</span>
          </li>
        ))}
        {more > 0 && <li className="softer">and {more} more</li>}
      </ul>
    </div>
  )
}
