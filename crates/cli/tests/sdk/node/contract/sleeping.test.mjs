// `wait.forToken` in plain Node, sleeping for real.

import assert from "node:assert/strict";
import test from "node:test";
import { wait, WaitpointTimeoutError } from "@trigger.dev/sdk";
import { counted, inTask } from "../harness.mjs";

test("a task sleeps until its token is completed", async () => {
  const [began, slept] = [Date.now(), 700];

  const woken = await inTask(
    async () => {
      const token = await wait.createToken({ timeout: "1h" });
      setTimeout(() => wait.completeToken(token.id, { paused: true }), slept);
      return wait.forToken(token.id);
    },
  );

  assert.deepEqual(woken, { ok: true, output: { paused: true } });
  assert.ok(Date.now() - began >= slept - 5, "it did not sleep");
});

test("a task wakes when its time runs out", async () => {
  const began = Date.now();
  const sleep = () => inTask(async () => wait.forToken(await wait.createToken({ timeout: "1s" })));

  const woken = await sleep();

  assert.equal(woken.ok, false);
  assert.ok(woken.error instanceof WaitpointTimeoutError);
  assert.ok(Date.now() - began >= 950, "it did not sleep");
  const unwrapped = await counted(() =>
    inTask(async () => wait.forToken(await wait.createToken({ timeout: "1s" })).unwrap()),
  );
  assert.ok(unwrapped.error instanceof WaitpointTimeoutError);
});

test("a token that is over does not let anybody fall asleep", async () => {
  const token = await wait.createToken();
  await wait.completeToken(token, 7);

  assert.equal(await inTask(() => wait.forToken(token).unwrap()), 7);
});

test("nobody sleeps on an unknown token", async () => {
  const { error, requests } = await counted(() =>
    inTask(() => wait.forToken("waitpoint_c000000000000000000000000")),
  );

  assert.deepEqual([error.status, requests], [404, 1]);
});

test("fifty tasks in one process wake together", async () => {
  const tokens = await Promise.all(Array.from({ length: 50 }, () => wait.createToken({ timeout: "1h" })));
  let asleep = 0;

  const woken = await inTask(
    async () => {
      const sleeping = tokens.map((token) => wait.forToken(token).unwrap());
      while (asleep < tokens.length) await new Promise((resolve) => setTimeout(resolve, 5));
      await Promise.all(tokens.map((token, number) => wait.completeToken(token, number)));
      return Promise.all(sleeping);
    },
    () => {
      asleep += 1;
    },
  );

  assert.deepEqual(woken, tokens.map((_, number) => number));
});
