import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";

/** Needs nothing but `sh`. The comparison in `total` is off by one cent. */
const CART = `# Totals of a shopping cart, in cents.

# total PRICE...
# Prints the sum. Shipping costs 499 and is free from 10000 on.
total() {
  sum=0
  for price in "$@"; do
    sum=$((sum + price))
  done
  if [ "$sum" -gt 10000 ]; then
    echo "$sum"
  else
    echo "$((sum + 499))"
  fi
}
`;

const TEST = `# Run with: sh test.sh
. ./cart.sh

failures=0

# check NAME EXPECTED ACTUAL
check() {
  if [ "$2" = "$3" ]; then
    echo "ok    $1"
  else
    echo "FAIL  $1: expected $2, got $3"
    failures=$((failures + 1))
  fi
}

check "a small cart pays for shipping" 2999 "$(total 1000 1500)"
check "a large cart does not" 12000 "$(total 5000 7000)"
check "shipping is free from 10000 on" 10000 "$(total 4000 6000)"

[ "$failures" -eq 0 ]
`;

/** What the scripted model hands in as its fix. */
export const FIX = `*** Begin Patch
*** Update File: cart.sh
@@
-  if [ "$sum" -gt 10000 ]; then
+  if [ "$sum" -ge 10000 ]; then
     echo "$sum"
*** End Patch`;

/** A file beside the project, where nothing in the project has any business. */
export const OUTSIDE = "outside.txt";

export async function writeSampleProject(folder: AbsolutePath): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "cart.sh"), CART);
  await Deno.writeTextFile(join(folder, "test.sh"), TEST);
}

export interface TestRun {
  readonly passed: boolean;
  readonly output: string;
}

/** Runs the sample's tests without the agent, to see for ourselves. Throws when there is no `sh`. */
export async function runSampleTests(folder: AbsolutePath): Promise<TestRun> {
  const command = new Deno.Command("sh", { args: ["test.sh"], cwd: folder, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { passed: success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}
