// What the tests stand on: where the service is, requests that are counted, and a runtime in which
// `wait.forToken` truly sleeps in plain Node.
//
// The SDK is unmodified. In a worker of the platform its runtime manager is woken over IPC; here it
// is ours, which holds a GET open until the token waits no more.

import { runInMockTaskContext } from "@trigger.dev/core/v3/test";

export const api = process.env.TRIGGER_API_URL;
export const key = process.env.TRIGGER_SECRET_KEY;
if (!api || !key) throw new Error("TRIGGER_API_URL and TRIGGER_SECRET_KEY say where Fermata is");

const HOLD_SECONDS = 30;
const RECONNECT_MILLISECONDS = 50;

/** Reads a token until it waits no more; through restarts of the service. */
async function untilOver(id) {
  for (;;) {
    try {
      const answer = await fetch(`${api}/api/v1/waitpoints/tokens/${id}`, {
        headers: { authorization: `Bearer ${key}`, prefer: `wait=${HOLD_SECONDS}` },
      });
      if (answer.status === 200) {
        const token = await answer.json();
        if (token.status !== "WAITING") return token;
        continue;
      }
      if (answer.status < 500) throw Object.assign(new Error(await answer.text()), { final: true });
    } catch (error) {
      if (error.final) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MILLISECONDS));
  }
}

/** The runtime manager, which tells `onSleep` of every sleeper. */
function runtimeManager(onSleep) {
  return {
    disable() {},
    async waitForWaitpoint({ waitpointFriendlyId }) {
      const over = untilOver(waitpointFriendlyId);
      onSleep(waitpointFriendlyId);
      const token = await over;
      return { ok: !token.outputIsError, output: token.output, outputType: token.outputType };
    },
    async waitForTask() {
      throw new Error("no tests of tasks that wait for tasks");
    },
    async waitForBatch() {
      throw new Error("no tests of batches");
    },
  };
}

/** Runs task code as in a task, sleeping for real. */
export function inTask(code, onSleep = () => {}) {
  return runInMockTaskContext(code, {
    runtimeManager: runtimeManager(onSleep),
    ctx: { run: { id: "run_fermata" } },
  });
}

/** How many requests `code` made, and what came of it. */
export async function counted(code) {
  const original = globalThis.fetch;
  let requests = 0;
  globalThis.fetch = (...call) => {
    requests += 1;
    return original(...call);
  };
  try {
    const value = await code().then(
      (done) => ({ done }),
      (error) => ({ error }),
    );
    return { requests, ...value };
  } finally {
    globalThis.fetch = original;
  }
}

/** A request without the SDK. */
export async function ask(method, path, { bearer = key, body, headers = {} } = {}) {
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: { ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), ...headers },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
}

/** A name that no other test uses. */
export function unique(name) {
  unique.count = (unique.count ?? 0) + 1;
  return `${name} ${process.pid} ${unique.count}`;
}
