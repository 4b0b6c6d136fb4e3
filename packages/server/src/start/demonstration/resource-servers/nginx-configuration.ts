export interface GuardedSite {
  /** Where nginx may write. */
  readonly folder: string
  readonly port: number
  /** Where `rescind guard` answers. */
  readonly guard: string
  readonly backend: string
}

/**
 * nginx in front of a backend that knows nothing of tokens. It takes any status of `auth_request` but 2xx, 401 and 403
 * for an error and answers 500: 503 is given back its meaning.
 */
export function nginxConfiguration({ folder, port, guard, backend }: GuardedSite): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  return `daemon off; pid ${folder}/nginx.pid; worker_processes 1; events {}
http { access_log off; ${scratch}
  server { listen 127.0.0.1:${port};
    error_page 500 =503 /unavailable;
    location = /unavailable { internal; return 503; }
    location = /guard { internal; proxy_pass ${guard}; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; }
    location / { auth_request /guard; auth_request_set $client $upstream_http_x_rescind_client;
      proxy_set_header X-Client $client; proxy_pass ${backend}; }
  } }
`
}
