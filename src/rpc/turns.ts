/** Lets asynchronous steps run one after the other, in the order in which they were asked for. */
export class Turns {
  /** Settles, and never rejects, when the last step that was asked for has ended. */
  #last: Promise<unknown> = Promise.resolve()

  /** What the step gives, once those before it have ended, well or not. */
  take<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(step)
    this.#last = result.catch(() => undefined)
    return result
  }
}
