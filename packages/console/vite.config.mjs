import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The console is served under `/console/`, in development with `RESCIND` as the authority behind it. */
export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2023',
    // The first browsers with light-dark(), which the colours are written in.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // What a strict policy would refuse: no polyfill as inline script, no fonts or images as data URLs.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: true,
    license: true,
    // The editor of the SQL page, which is loaded there alone.
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      '^/(api|oauth2|console/(session|sign-in|sign-out|callback))':
        process.env.RESCIND ?? 'http://localhost:8080',
    },
  },
})
