import { type FileLocks, openFileLocks } from "../../platform/mod.ts";

/** The C library's locks, opened for the first command that needs them and kept for the next. */
export interface KeptLocks extends Disposable {
  /** Good until it is given back, also when the keeper has let go meanwhile. */
  borrow(): FileLocks;
}

/** Opening costs a quarter of a millisecond, which is a twentieth of what a confined command takes to start. */
export function keepFileLocks(): KeptLocks {
  let locks: FileLocks | null = null;
  let users = 0;
  let isKept = true;
  const closeIfUnused = (): void => {
    if (isKept || users > 0) return;
    locks?.[Symbol.dispose]();
    locks = null;
  };
  return {
    borrow() {
      const { [Symbol.dispose]: _, ...functions } = locks ??= openFileLocks();
      users++;
      let isBorrowed = true;
      return {
        ...functions,
        [Symbol.dispose]() {
          if (!isBorrowed) return;
          isBorrowed = false;
          users--;
          closeIfUnused();
        },
      };
    },
    [Symbol.dispose]() {
      isKept = false;
      closeIfUnused();
    },
  };
}
