import assert from "node:assert/strict";
import { NetworkApprovals, type NetworkConsent, type NetworkQuestion } from "./approvals.ts";
import { openNetworkRig } from "../../tests/support/network_rig.ts";

/** A proxy whose questions are answered from a list. */
async function openApprovals(answers: Readonly<Record<string, NetworkConsent>>) {
  const asked: NetworkQuestion[] = [];
  const approvals = new NetworkApprovals((question) => {
    asked.push(question);
    return Promise.resolve(answers[question.host] ?? "denied");
  });
  const rig = await openNetworkRig({
    settings: { deniedDomains: ["denied.test"] },
    names: { "once.test": ["127.0.0.1"], "always.test": ["127.0.0.1"] },
    decider: approvals,
    audit: (entry) => approvals.note(entry),
  });
  const get = async (host: string, id: string | null): Promise<string | undefined> => {
    const user = id === null
      ? ""
      : `Proxy-Authorization: Basic ${btoa(`codex-net-attempt-${id}:`)}\r\n`;
    const answer = await rig.ask(`GET http://${host}:${rig.originPort}/ HTTP/1.1\r\n${user}\r\n`);
    return answer.split(" ")[1];
  };
  return { asked, approvals, get, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}

Deno.test("approvals: a host counts for its attempt, or for the session", async () => {
  await using it = await openApprovals({ "once.test": "attempt", "always.test": "session" });
  const first = it.approvals.begin();
  const statuses = [
    await it.get("once.test", first.id),
    await it.get("once.test", first.id),
    await it.get("always.test", first.id),
  ];
  const second = it.approvals.begin();
  // Two attempts: without an id it could be either.
  statuses.push(await it.get("once.test", null), await it.get("always.test", null));
  first[Symbol.dispose]();
  statuses.push(await it.get("once.test", null), await it.get("once.test", first.id));
  assert.deepEqual(statuses, ["200", "200", "200", "403", "200", "200", "403"]);
  assert.deepEqual(
    it.asked.map(({ host, protocol, attemptId }) => [host, protocol, attemptId]),
    [
      ["once.test", "http", first.id],
      ["always.test", "http", first.id],
      ["once.test", "http", second.id],
    ],
  );
});

Deno.test("approvals: a person's no ends the attempt and outlasts what a policy says", async () => {
  await using it = await openApprovals({});
  using attempt = it.approvals.begin();
  assert.equal(await it.get("denied.test", attempt.id), "403");
  assert.deepEqual(attempt.takeOutcome(), {
    kind: "blocked",
    host: "denied.test",
    text: 'Network access to "denied.test" was blocked: the host is on the deny list.',
  });
  assert.equal(attempt.takeOutcome(), null);
  assert.equal(attempt.denied.aborted, false);
  assert.equal(await it.get("no.test", attempt.id), "403");
  assert.equal(await it.get("denied.test", attempt.id), "403");
  assert.deepEqual(attempt.takeOutcome(), { kind: "denied_by_user", host: "no.test" });
  assert.equal(attempt.denied.aborted, true);
});

Deno.test("approvals: requests at the same time are one question, which ends with the attempt", async () => {
  const signals: AbortSignal[] = [];
  const { promise, resolve } = Promise.withResolvers<NetworkConsent>();
  const approvals = new NetworkApprovals((_question, signal) => {
    signals.push(signal);
    return promise;
  });
  const attempt = approvals.begin();
  const request = {
    protocol: "https_connect",
    host: "a.test",
    port: 443,
    method: "CONNECT",
    attemptId: attempt.id,
  } as const;
  const both = [approvals.decide(request), approvals.decide({ ...request, port: 8443 })];
  assert.equal(signals.length, 1);
  resolve("attempt");
  assert.deepEqual(await Promise.all(both), [{ kind: "allow" }, { kind: "allow" }]);
  attempt[Symbol.dispose]();
  assert.equal(signals[0]?.aborted, true);
});
