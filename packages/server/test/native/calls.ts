import type { Credential, TestOkta } from '../support/okta.ts'

/** Calls of the native API in the process, by the administrator of organization A unless told. */
export function nativeCalls(server: () => TestOkta) {
  return async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    who: Credential = server().adminA,
  ) => {
    const reply = await server().app.inject({
      method,
      url: `/api/rescind/v1${path}`,
      headers: who.header,
      ...(body && { payload: body }),
    })
    return { status: reply.statusCode, body: reply.body === '' ? undefined : reply.json() }
  }
}
