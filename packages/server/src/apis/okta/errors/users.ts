import type { UserOperation } from '../../../directory/users-status.ts'
import type { OktaAnswer } from '../envelope.ts'
import { type Details, type OktaWords, validationFailed } from './words.ts'

/** The operations whose refusal Okta words as a failed validation; the others are E0000038. */
const NOT_IN_STATUS = new Map<string, string>([
  ['suspend' satisfies UserOperation, 'Cannot suspend a user that is not active'],
  ['unsuspend' satisfies UserOperation, 'Cannot unsuspend a user that is not suspended'],
])

function statusForbids({ operation, status }: Details): OktaAnswer {
  const text = NOT_IN_STATUS.get(String(operation))
  if (text !== undefined) return validationFailed(text, text)
  if (operation === 'activate' && status !== 'SUSPENDED') return { code: 'E0000016' }
  return { code: 'E0000038' }
}

export const USER_WORDS: OktaWords = {
  user_login_taken: () =>
    validationFailed('login', 'login: An object with this field already exists in the current organization'),
  user_status_forbids: statusForbids,
  user_is_last_administrator: () =>
    validationFailed('user', 'The last administrator of the organization cannot be disabled or removed'),
  role_granted: () => ({ code: 'E0000090' }),
  user_search_invalid: ({ reason }) => ({ code: 'E0000031', causes: [String(reason)] }),
  password_refused: ({ requirement }) =>
    validationFailed(
      'password',
      `password: Password requirements were not met. Password requirements: ${requirement}.`,
    ),
  password_incorrect: () => ({ code: 'E0000014', causes: ['Old Password is not correct'] }),
}
