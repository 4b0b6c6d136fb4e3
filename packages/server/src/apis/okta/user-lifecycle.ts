import { Type } from 'typebox'
import { changePassword } from '../../revocation/user-credentials.ts'
import {
  activateUser,
  deactivateUser,
  expirePassword,
  reactivateUser,
  resetToTemporaryPassword,
  suspendUser,
  unsuspendUser,
} from '../../revocation/user-lifecycle.ts'
import { Secret } from '../../secrets/index.ts'
import type { OktaResource } from './route.ts'
import { ChangePasswordBody } from './user-bodies.ts'
import { representUser } from './user-representation.ts'

const Path = Type.Object({ userId: Type.String() })
const requires = 'okta.users.manage'
const about = 'user'

/** `/users/{userId}/lifecycle` and `/users/{userId}/credentials`. No mail is sent, whatever `sendEmail` says. */
export const userLifecycle: OktaResource = (okta, authority) => {
  // Okta answers these with an empty object: the activation token that it may have goes by mail here to nobody.
  for (const [operation, run] of [
    ['activate', activateUser],
    ['reactivate', reactivateUser],
    ['deactivate', deactivateUser],
    ['suspend', suspendUser],
    ['unsuspend', unsuspendUser],
  ] as const) {
    okta.route(`POST /users/{userId}/lifecycle/${operation}`, {
      requires,
      about,
      params: Path,
      run: ({ actor, params }) => run(authority, actor, params.userId),
      answer: () => ({}),
    })
  }

  okta.route('POST /users/{userId}/lifecycle/expire_password', {
    requires,
    about,
    params: Path,
    run: ({ actor, params }) => expirePassword(authority, actor, params.userId),
    answer: (user, { publicUrl }) => representUser(user, publicUrl),
  })

  okta.route('POST /users/{userId}/lifecycle/expire_password_with_temp_password', {
    requires,
    about,
    params: Path,
    run: ({ actor, params }) => resetToTemporaryPassword(authority, actor, params.userId),
    answer: ({ temporaryPassword }) => ({ tempPassword: temporaryPassword.reveal() }),
  })

  okta.route('POST /users/{userId}/credentials/change_password', {
    requires,
    about,
    params: Path,
    body: ChangePasswordBody,
    run: ({ actor, params, body }) =>
      changePassword(authority, actor, params.userId, {
        oldPassword: new Secret(body.oldPassword.value),
        newPassword: new Secret(body.newPassword.value),
      }),
    answer: () => ({ password: {}, provider: { type: 'OKTA', name: 'OKTA' } }),
  })
}
