// Tasks, one a prospect, that sleep between two steps of a campaign. Run by crates/cli/tests/sdk,
// which pauses and resumes the campaign, and kills the service.
//
// Each line of standard output is an event; the last one says what every task was told.
//
//   node prospects.mjs <campaign> <number of tasks>

import { randomUUID } from "node:crypto";
import { task, wait } from "@trigger.dev/sdk";
import { inTask } from "../harness.mjs";

const [campaign, count] = [process.argv[2], Number(process.argv[3])];
const QUIET_MILLISECONDS = 1_500;
const DEADLINE_MILLISECONDS = 120_000;

const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const asleep = { sleep: new Set(), pause: new Set() };
const kinds = new Map();
const woken = [];

/** Sleeps on a token of its own: its key has a number, so that no key ever leads to an old token. */
async function sleep(prospect, number, kind, timeout) {
  const began = Date.now();
  const token = await wait.createToken({
    idempotencyKey: `${prospect} ${number}`,
    tags: [`campaign:${campaign}`, `prospect:${prospect}`, `kind:${kind}`],
    timeout,
  });
  kinds.set(token.id, kind);
  const result = await wait.forToken(token);
  woken.push({ prospect, kind, milliseconds: Date.now() - began, at: Date.now() });
  return result.ok ? result.output : { timed_out: true };
}

async function run({ prospect }) {
  const told = [];
  // Asleep until the next step: the pause wakes it.
  told.push(await sleep(prospect, 1, "sleep", "1h"));
  // Parked until the campaign goes on: the resume wakes it.
  told.push(await sleep(prospect, 2, "pause", "1h"));
  // Asleep again, now to the end.
  told.push(await sleep(prospect, 3, "sleep", "1s"));
  return told;
}

task({ id: "prospect", run });

function noteSleeper(id) {
  const kind = kinds.get(id);
  asleep[kind].add(id);
  if (asleep.sleep.size === count && kind === "sleep") {
    setTimeout(() => say({ event: "asleep", woken: woken.length }), QUIET_MILLISECONDS);
  }
  if (asleep.pause.size === count && kind === "pause") {
    const first = woken.filter((it) => it.kind === "sleep");
    say({ event: "parked", woken: first.length, last_at: Math.max(...first.map((it) => it.at)) });
  }
}

setTimeout(() => {
  say({ event: "too late", asleep: asleep.sleep.size, parked: asleep.pause.size, woken: woken.length });
  process.exit(1);
}, DEADLINE_MILLISECONDS).unref();

const prospects = Array.from({ length: count }, () => randomUUID());
await inTask(async () => {
  const told = await Promise.all(prospects.map((prospect) => run({ prospect })));
  const resumed = woken.filter((it) => it.kind === "pause");
  say({
    event: "done",
    last_at: Math.max(...resumed.map((it) => it.at)),
    shortest_sleep: Math.min(...woken.filter((it) => it.kind === "sleep").map((it) => it.milliseconds)),
    told,
  });
}, noteSleeper);
process.exit(0);
