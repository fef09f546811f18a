// A service that lets a key make 20 requests at once, and 40 a second.

import assert from "node:assert/strict";
import test from "node:test";
import { wait } from "@trigger.dev/sdk";
import { ask, counted } from "../harness.mjs";

test("who is told to slow down comes again in time, and nothing is lost", async () => {
  const { id } = await wait.createToken();

  const { done, error, requests } = await counted(() =>
    Promise.all(Array.from({ length: 60 }, () => wait.completeToken(id, {}))),
  );

  assert.equal(error, undefined);
  assert.ok(done.every((answer) => answer.success));
  assert.ok(requests > 60, "nobody was told to slow down");
});

test("every answer says how the key stands", async () => {
  const answer = await ask("GET", "/api/v1/waitpoints/tokens?page[size]=1");

  assert.equal(answer.headers.get("x-ratelimit-limit"), "20");
  const reset = Number(answer.headers.get("x-ratelimit-reset"));
  assert.ok(Math.abs(reset - Date.now()) < 5_000, `${reset}`);
});
