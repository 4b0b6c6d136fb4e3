export interface Place {
  readonly authority: string
  readonly credential: string
  readonly audience: string
}

/** A text inside single quotes of JavaScript or of a shell: what these ids and addresses may hold needs no more. */
const quoted = (text: string) => `'${text.replaceAll(/['\\\n\r]/g, '')}'`

const verifier = ({ authority, credential, audience }: Place) => `const verifier = await createVerifier({
  authority: ${quoted(authority)},
  credential: ${quoted(credential)},
  audience: ${quoted(audience)},
})`

const guard = ({
  authority,
  credential,
  audience,
}: Place) => `RESCIND_CLUSTER_CREDENTIAL=${quoted(credential)} \\
  rescind guard --authority ${quoted(authority)} --audience ${quoted(audience)} --port 9090`

const withFramework = (name: string, use: string) => (place: Place) =>
  `import { createVerifier } from '@rescind/verifier'
import { requireToken } from '@rescind/verifier/${name}'

${verifier(place)}
${use}`

/** What a node needs, by what it runs. */
export const SNIPPETS: readonly (readonly [name: string, text: (place: Place) => string])[] = [
  [
    'Node',
    (place) => `import { createVerifier } from '@rescind/verifier'

${verifier(place)}
const { claims } = await verifier.verify(token) // or rejects with a VerifierError`,
  ],
  [
    'Fastify',
    withFramework(
      'fastify',
      `app.get('/orders', { onRequest: requireToken(verifier, { scopes: ['orders:read'] }) }, handler)`,
    ),
  ],
  [
    'Express',
    withFramework(
      'express',
      `app.get('/orders', requireToken(verifier, { scopes: ['orders:read'] }), handler)`,
    ),
  ],
  [
    'Hono',
    withFramework('hono', `app.get('/orders', requireToken(verifier, { scopes: ['orders:read'] }), handler)`),
  ],
  [
    'nginx',
    (place) => `# beside nginx:
${guard(place)}

# nginx.conf
location / {
  auth_request /rescind;
  error_page 500 =503 /unavailable;
  proxy_pass http://127.0.0.1:3000;
}
location = /rescind {
  internal;
  proxy_pass http://127.0.0.1:9090;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
}`,
  ],
  [
    'Envoy',
    (place) => `# beside Envoy:
${guard(place)}

# envoy.yaml, under http_filters
- name: envoy.filters.http.ext_authz
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
    failure_mode_allow: false
    http_service:
      server_uri: { uri: http://127.0.0.1:9090, cluster: rescind_guard, timeout: 1s }
      authorization_request:
        allowed_headers: { patterns: [{ exact: authorization }] }`,
  ],
  ['Shell', guard],
]
