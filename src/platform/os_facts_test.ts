import assert from "node:assert/strict";
import { linuxName, parseOsRelease, readOsFacts } from "./os_facts.ts";

Deno.test("the name of a distribution, with three numbers", () => {
  const name = (text: string) => linuxName(parseOsRelease(text));
  assert.equal(name('NAME="Debian GNU/Linux"\nVERSION_ID="12"\n'), "Debian 12.0.0");
  assert.equal(name("NAME=Fedora Linux\nVERSION_ID=41\n"), "Fedora 41.0.0");
  assert.equal(name("NAME='Ubuntu'\nVERSION_ID='24.04'\nX=\"a=b\""), "Ubuntu 24.04.0");
  assert.equal(name(""), "Linux 0.0.0");
});

Deno.test("this machine has a name", async () => {
  const facts = await readOsFacts();
  assert.match(facts.os, /^\S.* \d+\.\d+\.\d+$/);
  assert.match(facts.arch, /^\w+$/);
});
