import type { OktaAnswer } from './envelope.ts'

/** A refusal of this dialect, before any rule of the domain is asked: a header, a body, a parameter. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  readonly answer: OktaAnswer

  constructor(answer: OktaAnswer) {
    super(answer.code)
    this.answer = answer
  }
}
