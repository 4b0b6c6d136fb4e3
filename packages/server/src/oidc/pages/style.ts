import { hash } from 'node:crypto'

/** One style for all pages: both colour schemes, any width, visible focus, nothing that moves. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#16181d;--soft:#565c69;--paper:#fff;--back:#f1f3f6;--line:#7d8594;--accent:#1d4fb8;--on-accent:#fff;--wrong:#a8071a;--wrong-back:#fdecee;--good:#14602b;--good-back:#e9f6ec}
@media (prefers-color-scheme:dark){:root{--ink:#eceef2;--soft:#b3bac6;--paper:#1a1d23;--back:#101216;--line:#7d8594;--accent:#9dbcff;--on-accent:#0c1a36;--wrong:#ffb3b9;--wrong-back:#3a1418;--good:#a5e0b5;--good-back:#12301b}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:27rem;margin:max(1rem,8vh) auto;padding:2rem;background:var(--paper);border:1px solid color-mix(in srgb,var(--line) 40%,transparent);border-radius:.75rem}
main.wide{max-width:44rem}
@media (max-width:30rem){main{margin:0 auto;min-height:100vh;padding:1.25rem;border:0;border-radius:0}}
.organization{margin:0 0 .25rem;color:var(--soft);font-size:.875rem}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
h2{margin:2rem 0 .5rem;font-size:1.125rem}
h3{margin:0;font-size:1rem}
p{margin:.5rem 0}
form{margin:1.25rem 0 0}
form+form{margin:-.5rem 0 0}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input{width:100%;padding:.625rem .75rem;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.5rem;font:inherit}
input[aria-invalid=true]{border:2px solid var(--wrong)}
input.code{font:1.5rem/1.5 ui-monospace,monospace;letter-spacing:.15em;text-transform:uppercase}
button,a.button{margin:1.25rem .5rem 0 0;padding:.625rem 1.25rem;min-height:2.75rem;color:var(--on-accent);background:var(--accent);border:1px solid var(--accent);border-radius:.5rem;font:inherit;font-weight:600;cursor:pointer}
a.button{display:inline-block;text-decoration:none}
button.second,a.button{color:var(--accent);background:transparent}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.error,.good{padding:.625rem .75rem;border-radius:.5rem;color:var(--wrong);background:var(--wrong-back);border:1px solid currentColor}
.good{color:var(--good);background:var(--good-back)}
.hint{margin:.25rem 0 0;color:var(--soft);font-size:.875rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.code-shown{font:1.75rem/1.5 ui-monospace,monospace;letter-spacing:.1em}
ul.plain{margin:.5rem 0;padding:0;list-style:none}
ul.plain li{padding:.5rem 0;border-top:1px solid color-mix(in srgb,var(--line) 40%,transparent)}
ul.plain form{margin:0}
ul.plain button{margin:.5rem 0 0}
.scope{color:var(--soft);font-size:.875rem;font-family:ui-monospace,monospace}
`

/** How the policy of a page names the style: nothing else that is written in a page is one (CSP3 section 2.3.1). */
export const STYLE_SOURCE = `'sha256-${hash('sha256', STYLE, 'base64')}'`
