// Running task code in plain Node, where `wait.forToken` truly sleeps.
//
// The SDK is unmodified. On Trigger.dev a worker's runtime manager is woken by the platform; this
// one holds a GET at Fermata open (`Prefer: wait=N`) until the token waits no more, and asks again
// when the connection breaks. Without a runtime manager the harness's own answers at once, and
// nothing would sleep.

import { runInMockTaskContext } from "@trigger.dev/core/v3/test";

const HOLD_SECONDS = 50;
const RECONNECT_MILLISECONDS = 200;

interface Token {
  status: "WAITING" | "COMPLETED" | "TIMED_OUT";
  output?: string;
  outputType?: string;
  outputIsError?: boolean;
}

type Options = NonNullable<Parameters<typeof runInMockTaskContext>[1]>;
type RuntimeManager = NonNullable<Options["runtimeManager"]>;

/** Runs code as if in the task run of this id. Many tasks may share it. */
export function inTask<T>(runId: string, code: () => Promise<T>): Promise<T> {
  return runInMockTaskContext(code, { runtimeManager, ctx: { run: { id: runId } } });
}

const runtimeManager: RuntimeManager = {
  disable() {},
  async waitForWaitpoint({ waitpointFriendlyId }) {
    const token = await untilOver(waitpointFriendlyId);
    return {
      ok: !token.outputIsError,
      ...(token.output === undefined ? {} : { output: token.output }),
      ...(token.outputType === undefined ? {} : { outputType: token.outputType }),
    };
  },
  waitForTask: () => Promise.reject(new Error("tasks that wait for tasks need Trigger.dev")),
  waitForBatch: () => Promise.reject(new Error("batches need Trigger.dev")),
};

async function untilOver(id: string): Promise<Token> {
  for (;;) {
    const answer = await read(id);
    if (answer?.status === 200) {
      const token = (await answer.json()) as Token;
      if (token.status !== "WAITING") return token;
    } else if (answer && answer.status < 500 && answer.status !== 429) {
      throw new Error(`the token ${id} cannot be read: ${answer.status} ${await answer.text()}`);
    } else {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MILLISECONDS));
    }
  }
}

/** An answer, unless the connection broke. */
async function read(id: string): Promise<Response | undefined> {
  const url = `${process.env.TRIGGER_API_URL}/api/v1/waitpoints/tokens/${id}`;
  const headers = {
    authorization: `Bearer ${process.env.TRIGGER_SECRET_KEY}`,
    prefer: `wait=${HOLD_SECONDS}`,
  };
  return fetch(url, { headers }).catch(() => undefined);
}
