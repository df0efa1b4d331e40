import assert from "node:assert/strict";
import { appContainerSid, capabilitySid, decodeSid, encodeSid, randomSid } from "./sid.ts";

Deno.test("SIDs: bytes and back", () => {
  assert.deepEqual(
    [...encodeSid("S-1-5-32-544")],
    [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0],
  );
  for (const sid of ["S-1-1-0", "S-1-15-3-1", "S-1-5-21-4294967295-0-1-2", randomSid()]) {
    assert.equal(decodeSid(encodeSid(sid)), sid);
  }
  for (const text of ["", "S-1-5", "S-2-5-1", "S-1-5-x", "S-1-5-4294967296"]) {
    assert.throws(() => encodeSid(text), RangeError, text);
  }
});

Deno.test("SIDs: AppContainers and capabilities have those that Windows gives them", async () => {
  // Both stand in the access lists of every Windows 10.
  assert.equal(
    await capabilitySid("registryRead"),
    "S-1-15-3-1024-1065365936-1281604716-3511738428-1654721687-432734479-3232135806-4053264122-3456934681",
  );
  assert.equal(
    await appContainerSid("microsoft.microsoftedge_8wekyb3d8bbwe"),
    "S-1-15-2-3624051433-2125758914-1423191267-1740899205-1073925389-3782572162-737981194",
  );
});
