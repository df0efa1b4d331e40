/** A tool could not do what the model asked; `message` is what the model reads. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
}

/** The call does not fit the tool at all. Nothing is sent back; the history closes the call as aborted. */
export class IncompatiblePayload extends Error {
  override readonly name = "IncompatiblePayload";

  constructor(readonly tool: string) {
    super(`tool ${tool} invoked with incompatible payload`);
  }
}

/** A listener wants a call to have no answer. The history closes it as aborted. */
export class CallAborted extends Error {
  override readonly name = "CallAborted";
}
