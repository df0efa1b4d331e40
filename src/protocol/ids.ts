/** UUID version 7 (RFC 9562), lower case. Also called session id and conversation id elsewhere; one value. */
export type ThreadId = string;

/** Id of one submission. The turn that a submission starts carries the same value. */
export type SubmissionId = string;

/** Equal to the id of the submission that started the turn. */
export type TurnId = string;

/** An absolute, lexically normalised path in the form of the host system. */
export type AbsolutePath = string;
