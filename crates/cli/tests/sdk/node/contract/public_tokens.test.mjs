// Completing without the key: public tokens and callback URLs.

import assert from "node:assert/strict";
import test from "node:test";
import { auth, wait } from "@trigger.dev/sdk";
import { ask, counted } from "../harness.mjs";

test("the public token of a new token completes it", async () => {
  const token = await wait.createToken();

  await auth.withAuth({ accessToken: token.publicAccessToken }, () =>
    wait.completeToken(token.id, { by: "browser" }),
  );

  assert.deepEqual((await wait.retrieveToken(token.id)).output, { by: "browser" });
});

test("it completes no other token, and reads none", async () => {
  const [token, other] = [await wait.createToken(), await wait.createToken()];
  const as = (code) => counted(() => auth.withAuth({ accessToken: token.publicAccessToken }, code));

  const elsewhere = await as(() => wait.completeToken(other.id, {}));
  const reading = await as(() => wait.retrieveToken(token.id));

  assert.deepEqual([elsewhere.error.status, elsewhere.requests], [403, 1]);
  assert.deepEqual([reading.error.status, reading.requests], [401, 1]);
  assert.equal((await wait.retrieveToken(other.id)).status, "WAITING");
});

test("a public token that the SDK signs with the key completes what it names", async () => {
  const [named, other] = [await wait.createToken(), await wait.createToken()];

  const accessToken = await auth.createPublicToken({
    scopes: { write: { waitpoints: named.id } },
    expirationTime: "1h",
  });

  await auth.withAuth({ accessToken }, () => wait.completeToken(named.id, { ok: 1 }));
  const { error } = await counted(() => auth.withAuth({ accessToken }, () => wait.completeToken(other.id, {})));
  assert.equal(error.status, 403);
});

test("a public token that expired, or that was altered, is refused once", async () => {
  const token = await wait.createToken();
  const scopes = { write: { waitpoints: token.id } };
  const expired = await auth.createPublicToken({ scopes, expirationTime: new Date(Date.now() - 1_000) });
  const altered = `${token.publicAccessToken.slice(0, -2)}AA`;

  for (const accessToken of [expired, altered]) {
    const { error, requests } = await counted(() =>
      auth.withAuth({ accessToken }, () => wait.completeToken(token.id, {})),
    );

    assert.deepEqual([error.status, requests], [401, 1]);
    assert.match(error.message, /Public Access Token is invalid/);
  }
});

test("a callback URL completes its token with the whole body", async () => {
  const token = await wait.createToken();
  const { pathname } = new URL(token.url);

  const answer = await ask("POST", pathname, { bearer: null, body: '{"status":"succeeded"}' });

  assert.deepEqual([answer.status, answer.body.success], [200, true]);
  assert.deepEqual((await wait.retrieveToken(token.id)).output, { status: "succeeded" });
});

test("a browser is let through to completing", async () => {
  const { id } = await wait.createToken();
  const origin = "https://app.example";

  const asked = await ask("OPTIONS", `/api/v1/waitpoints/tokens/${id}/complete`, {
    bearer: null,
    headers: { origin, "access-control-request-headers": "authorization" },
  });

  assert.deepEqual([asked.status, asked.body], [200, {}]);
  assert.equal(asked.headers.get("access-control-allow-origin"), origin);
});
