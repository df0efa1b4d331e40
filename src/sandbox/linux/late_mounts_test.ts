import assert from "node:assert/strict";
import { keepLateMountsOut } from "./late_mounts.ts";

Deno.test({
  name: "late mounts: nothing is done where no mount follows another, and what cannot be is named",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const alone = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n";
    assert.deepEqual(keepLateMountsOut(["/bin/false"], alone), { argv: [], limits: [] });
    for (const field of ["shared:1", "master:7"]) {
      const following = alone.replace(" - ", ` ${field} - `);
      const { argv, limits } = keepLateMountsOut(["/bin/false"], following);
      assert.deepEqual(argv, []);
      assert.deepEqual(limits.map(({ code }) => code), ["late_mounts"]);
    }
  },
});
