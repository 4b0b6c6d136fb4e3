import { type OktaWords, validationFailed } from './words.ts'

export const API_TOKEN_WORDS: OktaWords = {
  api_token_taken: () => validationFailed('apiToken', 'token: The value exists already'),
  api_token_without_owner: () => ({ code: 'E0000006' }),
}
