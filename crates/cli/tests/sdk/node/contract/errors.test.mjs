// Every documented error, as the SDK sees it: its class, its status, and how often it asked.

import assert from "node:assert/strict";
import test from "node:test";
import { auth, wait } from "@trigger.dev/sdk";
import { api, ask, counted, key } from "../harness.mjs";

const unknown = "waitpoint_c000000000000000000000000";

/** The error's class, status and message, and that the SDK asked once. */
async function refused(code, kind, status, message) {
  const { error, requests } = await counted(code);
  assert.ok(error, "it was not refused");
  assert.equal(error.constructor.name, kind, error.message);
  assert.equal(error.status, status);
  assert.match(error.message, message);
  assert.equal(requests, 1, "it was asked again");
}

test("a bad key is an authentication error", async () => {
  for (const accessToken of ["tr_dev_nobody", `${key.slice(0, 24)}${"0".repeat(48)}`]) {
    const as = (code) => () => auth.withAuth({ accessToken }, code);

    await refused(as(() => wait.createToken()), "AuthenticationError", 401, /Invalid API key/);
    await refused(as(() => wait.retrieveToken(unknown)), "AuthenticationError", 401, /Invalid API key/);
    await refused(as(() => wait.completeToken(unknown, {})), "AuthenticationError", 401, /Invalid API key/);
  }
});

test("an unknown token is not found, and not asked for five times", async () => {
  await refused(() => wait.retrieveToken(unknown), "NotFoundError", 404, /Waitpoint not found/);
  await refused(() => wait.completeToken(unknown, {}), "NotFoundError", 404, /Waitpoint not found/);
});

test("an unknown campaign is not found", async () => {
  const tags = ["campaign:8c2b2d4e-e29b-41d4-a716-44665544ffff"];

  await refused(() => wait.createToken({ tags }), "NotFoundError", 404, /Campaign not found/);
});

test("bad wishes are bad requests", async () => {
  for (const wish of [
    { idempotencyKey: "k".repeat(2_049) },
    { idempotencyKey: 7 },
    { tags: ["t".repeat(129)] },
    { tags: ["campaign:nonsense"] },
  ]) {
    await refused(() => wait.createToken(wish), "BadRequestError", 400, /Validation error/);
  }
});

test("eleven tags are unprocessable", async () => {
  const tags = Array.from({ length: 11 }, (_, number) => `tag ${number}`);

  await refused(() => wait.createToken({ tags }), "UnprocessableEntityError", 422, /can only have 10 tags/);
});

test("a bad query is a bad request", async () => {
  const list = (filter) => () => wait.listTokens(filter).then((page) => page);

  await refused(list({ limit: 101 }), "BadRequestError", 400, /Query Error/);
  await refused(list({ period: "ever" }), "BadRequestError", 400, /Query Error/);
});

test("a body that is too large is refused", async () => {
  const { id } = await wait.createToken();

  await refused(() => wait.completeToken(id, "x".repeat(3_145_728)), "ApiError", 413, /Request body too large/);
});

test("what the SDK never sends is refused as documented", async () => {
  const tokens = "/api/v1/waitpoints/tokens";
  const headers = { "content-type": "application/json" };

  const anonymous = await ask("POST", tokens, { bearer: null, body: "{}" });
  assert.deepEqual([anonymous.status, anonymous.headers.get("content-type")], [401, "application/problem+json"]);
  for (const [body, error] of [
    ["", "Request body is empty"],
    ["null", "Invalid JSON"],
    ["{", "Invalid JSON"],
  ]) {
    const answer = await ask("POST", tokens, { body, headers });
    assert.deepEqual([answer.status, answer.body], [400, { error }], body);
  }
  const silent = await ask("GET", `${tokens}/${unknown}/complete`);
  assert.deepEqual([silent.status, silent.body], [405, undefined]);
});

test("a service that is not there is a connection error", async () => {
  const baseURL = "http://127.0.0.1:1";
  const requestOptions = { retry: { maxAttempts: 2, minTimeoutInMs: 1, maxTimeoutInMs: 1, factor: 1 } };

  const { error } = await counted(() =>
    auth.withAuth({ baseURL, accessToken: key, requestOptions }, () => wait.createToken()),
  );

  assert.equal(error.constructor.name, "ApiConnectionError");
  assert.ok(api);
});
