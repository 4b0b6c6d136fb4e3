import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { readBuiltConsole } from './built-files.ts'
import { files } from './files.ts'
import { session } from './session.ts'
import { type SignInServices, signIn } from './sign-in.ts'

/** The console for browsers: `/console/…`. Its pages then speak the native API with the cookie that they got here. */
export function consoleApp(services: SignInServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    signIn(app, services)
    app.register(session(services.authority, services.access))
    files(app, readBuiltConsole())
  }
}
