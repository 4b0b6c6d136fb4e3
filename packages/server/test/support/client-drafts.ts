import type { ApplicationDraft } from '../../src/directory/applications.ts'

const presentation: ApplicationDraft['presentation'] = {
  visibility: { autoLaunch: false, autoSubmitToolbar: false, hide: { iOS: true, web: true } },
  accessibility: { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null },
  notes: { admin: null, enduser: null },
  userNameTemplate: { template: 'x', type: 'BUILT_IN' },
  implicitAssignment: false,
}

/** A service that authenticates by its own key. */
export const SERVICE: ApplicationDraft = {
  label: 'Billing',
  metadata: {
    grant_types: ['client_credentials'],
    application_type: 'service',
    token_endpoint_auth_method: 'private_key_jwt',
  },
  presentation,
}

/** A web application with a secret. */
export const WEB: ApplicationDraft = {
  label: 'Shop',
  metadata: {
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://shop.example.com/callback'],
  },
  presentation,
}
