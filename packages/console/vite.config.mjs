import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The console is served under `/console/`, in development with `RESCIND` as the authority behind it. */
export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2023',
    // What a strict policy would refuse: no polyfill as inline script, no fonts or images as data URLs.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: true,
    license: true,
  },
  server: {
    proxy: {
      '^/(api|oauth2|console/(session|sign-in|sign-out|callback))':
        process.env.RESCIND ?? 'http://localhost:8080',
    },
  },
})
