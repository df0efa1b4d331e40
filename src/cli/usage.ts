/** Exit code of a command line that cannot be understood. */
export const USAGE_ERROR = 2;
