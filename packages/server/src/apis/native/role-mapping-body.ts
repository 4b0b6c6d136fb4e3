import { Type } from '@fastify/type-provider-typebox'

/** A role mapping as the native API shows it. */
export const RoleMappingBody = Type.Object({
  id: Type.String(),
  externalGroupName: Type.String(),
  roleAssignments: Type.Array(
    Type.Union([
      Type.Object({ role: Type.String(), orgId: Type.String() }, { additionalProperties: false }),
      Type.Object({ role: Type.String(), groupId: Type.String() }, { additionalProperties: false }),
    ]),
  ),
})
