// Making, completing, reading and listing tokens with the unmodified SDK.

import assert from "node:assert/strict";
import test from "node:test";
import { auth, wait } from "@trigger.dev/sdk";
import { api, counted, key, unique } from "../harness.mjs";

test("a new token has an id, a callback URL and a public token", async () => {
  const token = await wait.createToken();

  assert.match(token.id, /^waitpoint_c[0-9a-z]{24}$/);
  assert.equal(token.isCached, false);
  assert.match(token.url, new RegExp(`/api/v1/waitpoints/tokens/${token.id}/callback/[0-9a-f]{64}$`));
  assert.equal(token.publicAccessToken.split(".").length, 3);
});

test("what a token is completed with is what is read", async () => {
  const date = new Date("2026-01-02T03:04:05.678Z");
  for (const [data, output] of [
    [{ paused: true }, { paused: true }],
    ["text", "text"],
    ["a\u0000b", "a\u0000b"],
    [7, 7],
    [false, false],
    [null, null],
    [[1, "two", { three: 3 }], [1, "two", { three: 3 }]],
    [date, date.toISOString()],
    [undefined, undefined],
    ["", undefined],
    ["𝄐".repeat(200_000), "𝄐".repeat(200_000)],
  ]) {
    const { id } = await wait.createToken();
    assert.deepEqual(await wait.completeToken(id, data), { success: true });

    const token = await wait.retrieveToken(id);

    assert.equal(token.status, "COMPLETED");
    assert.deepEqual(token.output, output);
    assert.ok(token.completedAt instanceof Date);
  }
});

test("the first completion wins", async () => {
  const { id } = await wait.createToken();

  await wait.completeToken(id, "first");
  await wait.completeToken(id, "second");

  assert.equal((await wait.retrieveToken(id)).output, "first");
});

test("a token that waits has dates that are dates", async () => {
  const began = Date.now();
  const { id } = await wait.createToken({ timeout: "10m", tags: ["b", "a"] });

  const token = await wait.retrieveToken(id);

  assert.equal(token.status, "WAITING");
  assert.equal(token.completedAt, undefined);
  assert.ok(Math.abs(token.createdAt.getTime() - began) < 10_000);
  assert.ok(Math.abs(token.timeoutAt.getTime() - began - 600_000) < 10_000);
  assert.deepEqual(token.tags, ["b", "a"]);
});

test("a timeout may be a date", async () => {
  const at = new Date(Date.now() + 3_600_000);
  const { id } = await wait.createToken({ timeout: at });

  assert.equal((await wait.retrieveToken(id)).timeoutAt.getTime(), at.getTime());
});

test("a time-out is an error with a message", async () => {
  const { id } = await wait.createToken({ timeout: new Date(Date.now() + 300) });

  const requestOptions = { additionalHeaders: { prefer: "wait=20" } };
  const held = await counted(() =>
    auth.withAuth({ baseURL: api, accessToken: key, requestOptions }, () => wait.retrieveToken(id)),
  );

  const token = held.done;
  assert.deepEqual([token.status, held.requests], ["TIMED_OUT", 1]);
  assert.match(token.error.message, /^Waitpoint timed out at 20.*Z$/);
});

test("an idempotency key leads to one token", async () => {
  const idempotencyKey = unique("key");
  const first = await wait.createToken({ idempotencyKey });

  const second = await wait.createToken({ idempotencyKey });

  assert.deepEqual([second.id, second.isCached], [first.id, true]);
  assert.equal((await wait.retrieveToken(first.id)).idempotencyKey, idempotencyKey);
});

test("an idempotency key may expire", async () => {
  const idempotencyKey = unique("key");
  const first = await wait.createToken({ idempotencyKey, idempotencyKeyTTL: "1h" });
  const expires = (await wait.retrieveToken(first.id)).idempotencyKeyExpiresAt;
  assert.ok(Math.abs(expires.getTime() - Date.now() - 3_600_000) < 10_000);

  const short = unique("key");
  const gone = await wait.createToken({ idempotencyKey: short, idempotencyKeyTTL: "0s" });
  const renewed = await wait.createToken({ idempotencyKey: short });

  assert.notEqual(renewed.id, gone.id);
});

test("a list pages by itself, newest first", async () => {
  const tag = unique("page");
  const made = [];
  for (let count = 0; count < 25; count += 1) made.push((await wait.createToken({ tags: tag })).id);
  await wait.completeToken(made[0], {});

  const listing = await counted(async () => {
    const listed = [];
    for await (const token of wait.listTokens({ tags: tag, limit: 10 })) listed.push(token);
    return listed;
  });

  assert.equal(listing.error, undefined);
  assert.deepEqual(listing.done.map((token) => token.id), made.sort().reverse());
  assert.equal(listing.requests, 3);
  assert.ok(listing.done.every((token) => token.createdAt instanceof Date && token.url));
});

test("a list is filtered", async () => {
  const [tag, idempotencyKey] = [unique("filter"), unique("key")];
  const waiting = await wait.createToken({ tags: [tag, "more"], idempotencyKey });
  const done = await wait.createToken({ tags: [tag] });
  await wait.completeToken(done, {});
  const ids = async (filter) => {
    const found = [];
    for await (const token of wait.listTokens(filter)) found.push(token.id);
    return found;
  };

  assert.deepEqual(await ids({ tags: tag, status: "WAITING" }), [waiting.id]);
  assert.deepEqual(await ids({ tags: tag, status: ["COMPLETED", "TIMED_OUT"] }), [done.id]);
  assert.deepEqual(await ids({ idempotencyKey }), [waiting.id]);
  assert.deepEqual(await ids({ tags: [tag], period: "1h", from: new Date(0) }), [done.id, waiting.id]);
  assert.deepEqual(await ids({ tags: [tag], to: new Date(1_000) }), []);
});

test("a page before and a page after meet", async () => {
  const tag = unique("cursor");
  for (let count = 0; count < 6; count += 1) await wait.createToken({ tags: tag });

  const first = await wait.listTokens({ tags: tag, limit: 2 });
  const second = await first.getNextPage();
  const back = await second.getPreviousPage();

  assert.equal(first.hasPreviousPage(), false);
  assert.deepEqual(back.data.map((it) => it.id), first.data.map((it) => it.id));
});
