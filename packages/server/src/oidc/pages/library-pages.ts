import type { ErrorOut, errors, KoaContextWithOIDC } from 'oidc-provider'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { organizationName } from './answers.ts'
import { userCodeConfirmPage, userCodePage } from './device-pages.ts'
import { signOutPage } from './logout-pages.ts'
import { expiredPage, messagePage } from './message-page.ts'
import { formTarget, type Page, renderPage } from './page.ts'
import { TooManyUserCodes } from './too-many-user-codes.ts'

type Failure = errors.OIDCProviderError | Error

/** Answers one of the library's requests by a page of ours. */
export async function showPage(
  context: IssuerContext,
  ctx: Pick<KoaContextWithOIDC, 'status' | 'set' | 'body'>,
  page: (organization: string) => Page,
): Promise<void> {
  const { status, headers, body } = renderPage(page(await organizationName(context)))
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}

/** The pages that the OpenID library shows at its own addresses, in our words and under our headers. */
export function libraryPages(context: IssuerContext) {
  const show = (ctx: KoaContextWithOIDC, page: (organization: string) => Page) => showPage(context, ctx, page)
  return {
    renderError: (ctx: KoaContextWithOIDC, out: ErrorOut, failure: Failure) =>
      show(ctx, (organization) => errorPage(organization, ctx.status, out, failure)),
    deviceFlow: {
      userCodeInputSource: (ctx: KoaContextWithOIDC, _form: string, _out?: ErrorOut, failure?: Failure) =>
        show(ctx, (organization) =>
          userCodePage({ organization, ...formOf(ctx, 'code_verification'), ...inputOf(ctx, failure) }),
        ),
      userCodeConfirmSource: (
        ctx: KoaContextWithOIDC,
        _form: string,
        client: { readonly clientName?: string | undefined; readonly clientId: string },
        deviceInfo: Readonly<Record<string, unknown>>,
        code: string,
      ) =>
        show(ctx, (organization) =>
          userCodeConfirmPage({
            organization,
            ...formOf(ctx, 'code_verification'),
            code,
            application: client.clientName ?? client.clientId,
            source: typeof deviceInfo.ip === 'string' ? deviceInfo.ip : undefined,
          }),
        ),
      successSource: (ctx: KoaContextWithOIDC) =>
        show(ctx, (organization) =>
          messagePage(organization, 'Your device is connected', [
            'Go on at the device. You may close this page.',
          ]),
        ),
    },
    rpInitiatedLogout: {
      logoutSource: (ctx: KoaContextWithOIDC) =>
        show(ctx, (organization) => {
          const target = formTarget(stateOf(ctx).postLogoutRedirectUri ?? '')
          return signOutPage({
            organization,
            ...formOf(ctx, 'end_session_confirm'),
            ...(ctx.oidc.client === undefined ? {} : { application: nameOf(ctx.oidc.client) }),
            formTargets: target === undefined ? [] : [target],
          })
        }),
      postLogoutSuccessSource: (ctx: KoaContextWithOIDC) =>
        show(ctx, (organization) =>
          messagePage(organization, 'You have signed out', ['You may close this page.']),
        ),
    },
  }
}

function nameOf({ clientName, clientId }: { clientName?: string | undefined; clientId: string }): string {
  return clientName ?? clientId
}

function formOf(ctx: KoaContextWithOIDC, route: string) {
  return { action: new URL(ctx.oidc.urlFor(route)).pathname, xsrf: stateOf(ctx).secret ?? '' }
}

/** What the library keeps in the session between showing a form and reading it. */
export function stateOf({ oidc }: KoaContextWithOIDC): Readonly<Record<string, string | undefined>> {
  const state = Object.entries(oidc.session?.state ?? {})
  return Object.fromEntries(state.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** The code to begin with, and what was wrong with the one before. That there is none is not told apart. */
function inputOf(ctx: KoaContextWithOIDC, failure: Failure | undefined) {
  const asked: unknown = ctx.state.userCode
  if (failure === undefined) return { code: typeof asked === 'string' ? asked.slice(0, 32) : '' }
  const code =
    'userCode' in failure && typeof failure.userCode === 'string' ? failure.userCode.slice(0, 32) : ''
  if (failure instanceof TooManyUserCodes)
    return { code, problem: failure.message, status: 429, retryAfter: failure.seconds }
  if (failure.name === 'AbortedError')
    return { code: '', problem: 'Access was denied, and the device has been told.', status: 200 }
  if (!CODE_FAULTS.has(failure.name))
    return { code: '', problem: 'The device could not be connected. Begin again at the device.', status: 400 }
  return {
    code,
    problem: 'This code is not correct, or no longer good. Look at your device again.',
    status: 400,
  }
}

/** How the library names what is wrong with a user code; people are told one thing of all. */
const CODE_FAULTS = new Set(['NoCodeError', 'NotFoundError', 'ExpiredError', 'AlreadyUsedError'])

function errorPage(organization: string, status: number, out: ErrorOut, failure: Failure): Page {
  if (failure.name === 'SessionNotFound') return expiredPage(organization)
  if (status >= 500)
    return messagePage(organization, 'Something went wrong', ['Please try again in a moment.'], status)
  const description = out.error_description
  return messagePage(
    organization,
    'The application sent a request that cannot be answered',
    [
      `Tell whoever runs the application: ${out.error}${description === undefined ? '' : ` (${description})`}`,
      'Nothing was changed, and nothing was sent back to the application.',
    ],
    status,
  )
}
