import type { Attempt, Scene } from "./attempt.ts";
import { FILE_ATTEMPTS, writesInside } from "./files.ts";
import { MACHINE_ATTEMPTS } from "./machine.ts";
import { NETWORK_ATTEMPTS, pairWorks } from "./network.ts";
import { hasChildren, PROCESS_ATTEMPTS } from "./processes.ts";
import { PROTECTED_ATTEMPTS, writesBeside } from "./protected_names.ts";

/** An attempt whose own neighbour is not named has that of its kind. */
const beside = (
  attempts: readonly Attempt[],
  neighbour: (scene: Scene) => boolean,
): (Attempt & Required<Pick<Attempt, "neighbour">>)[] =>
  attempts.map((attempt) => ({ ...attempt, neighbour: attempt.neighbour ?? neighbour }));

/** All of them, in the order in which one run tries them. */
export const ATTEMPTS = [
  ...beside(FILE_ATTEMPTS, writesInside),
  ...beside(PROTECTED_ATTEMPTS, writesBeside),
  ...beside(PROCESS_ATTEMPTS, hasChildren),
  ...beside(NETWORK_ATTEMPTS, pairWorks),
  // Last, since some of them change the thread that they run on.
  ...beside(MACHINE_ATTEMPTS, () => Deno.hostname() !== ""),
];
