/**
 * The program. `src/cli/` does everything; this file alone ends the process.
 *
 * @module
 */
import { openWorld, run } from "./src/cli/mod.ts";

Deno.exit(await run(openWorld(import.meta.url)));
