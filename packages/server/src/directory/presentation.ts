import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'

const Text = Type.String({ maxLength: 4096 })

/**
 * What an application carries for people and for other tools: kept, bounded, given back as it came, and never
 * acted on. Anything outside this list is not kept.
 */
export const Presentation = Type.Object(
  {
    visibility: Type.Object({
      autoLaunch: Type.Boolean(),
      autoSubmitToolbar: Type.Boolean(),
      hide: Type.Object({ iOS: Type.Boolean(), web: Type.Boolean() }),
    }),
    accessibility: Type.Object({
      selfService: Type.Boolean(),
      errorRedirectUrl: Type.Union([Text, Type.Null()]),
      loginRedirectUrl: Type.Union([Text, Type.Null()]),
    }),
    notes: Type.Object({
      admin: Type.Union([Text, Type.Null()]),
      enduser: Type.Union([Text, Type.Null()]),
    }),
    userNameTemplate: Type.Object({
      template: Type.String({ maxLength: 1024 }),
      type: Type.Enum(['NONE', 'BUILT_IN', 'CUSTOM']),
    }),
    implicitAssignment: Type.Boolean(),
  },
  { additionalProperties: false },
)
export type Presentation = Static<typeof Presentation>

const validator = Compile(Presentation)

/** Reads the stored JSON. @throws Error where the row does not hold what this release writes */
export function readPresentation(json: string): Presentation {
  return validator.Parse(JSON.parse(json))
}

/** What an application has that nobody has said anything of. */
export const DEFAULT_PRESENTATION: Presentation = {
  visibility: { autoLaunch: false, autoSubmitToolbar: false, hide: { iOS: true, web: true } },
  accessibility: { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null },
  notes: { admin: null, enduser: null },
  userNameTemplate: { template: '$' + '{source.login}', type: 'BUILT_IN' },
  implicitAssignment: false,
}
