import { ARTEFACT_CLASSES } from '@rescind/core/log'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { RevocableTarget } from './target.ts'

/** A target as it is told to others: the names that the log uses. */
export const ToldTarget = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Integer(), Type.Array(Type.String())]),
)
export type ToldTarget = Static<typeof ToldTarget>

const text = Type.String()
const closed = { additionalProperties: false } as const
const target = Compile(
  Type.Union([
    Type.Object(
      {
        type: Type.Literal('token'),
        token: text,
        class: Type.Enum(ARTEFACT_CLASSES),
        expires: Type.Integer(),
      },
      closed,
    ),
    Type.Object({ type: Type.Literal('grant'), grant: text, expires: Type.Integer() }, closed),
    Type.Object({ type: Type.Literal('session'), session: text, expires: Type.Integer() }, closed),
    Type.Object({ type: Type.Literal('user'), user: text }, closed),
    Type.Object({ type: Type.Literal('application'), client: text }, closed),
    Type.Object({ type: Type.Literal('user_application'), user: text, client: text }, closed),
    Type.Object({ type: Type.Literal('api'), resource: text }, closed),
    Type.Object({ type: Type.Literal('authorization_server'), issuer: text }, closed),
    Type.Object(
      { type: Type.Literal('key'), key: text, issuer: Type.Optional(text), client: Type.Optional(text) },
      closed,
    ),
    Type.Object({ type: Type.Literal('organization'), organization: text }, closed),
    Type.Object(
      {
        type: Type.Literal('identity_provider'),
        identity_provider: text,
        issuer: text,
        providers: Type.Optional(Type.Array(text)),
      },
      closed,
    ),
    Type.Object({ type: Type.Literal('refresh'), client: text, issuer: text }, closed),
    Type.Object({ type: Type.Literal('refresh'), client: text, user: Type.Optional(text) }, closed),
  ]),
)

/** Reads a target as it is stored; `undefined` for one of a type that has no tokens of ours to count. */
export function readTarget(json: string): RevocableTarget | undefined {
  const value: unknown = JSON.parse(json)
  return target.Check(value) ? value : undefined
}
