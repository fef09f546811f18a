// A campaign of 500 prospects from draft to completed, with a pause in the middle, on one line.
//
//   FERMATA_URL, FERMATA_KEY   the public API, and a key of the user whose campaign it will be
//   and those of main.ts; a minute of the campaign lasts two seconds unless it is told otherwise

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "./engine.js";
import { pause } from "./fermata.js";
import { sendings } from "./provider.js";
import { number, setting } from "./settings.js";

const PROSPECTS = 500;
const MAILS = 2;
const HELD_MS = 4_000;
const LOOK_MS = 200;

const url = setting("FERMATA_URL", "http://127.0.0.1:8080");
const key = setting("FERMATA_KEY");
const sentFile = join(mkdtempSync(join(tmpdir(), "fermata-show-")), "sent.jsonl");

interface Shown {
  campaign: { id: string; status: string };
  sequence_nodes: { id: string; type: string }[];
  prospects_by_status: Record<string, number>;
}

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const sent: RequestInit = {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  };
  if (body !== undefined) sent.body = JSON.stringify(body);
  const answer = await fetch(`${url}${path}`, sent);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Answer;
}

/** A draft with two mails, a minute apart, and everyone whom they go to. */
async function draft(): Promise<string> {
  const { senders } = await ask<{ senders: { id: string; status: string }[] }>("GET", "/api/senders?type=email");
  const sender = senders.find(({ status }) => status === "active");
  if (!sender) throw new Error("the user has no active email sender: PUT /internal/senders/{id} makes one");
  const made = await ask<Shown>("POST", "/api/campaigns", {
    type: "email",
    name: `Show of ${new Date().toISOString()}`,
    sender_account_ids: [sender.id],
    stop_on_reply: true,
  });
  const id = made.campaign.id;
  await ask("PATCH", `/api/campaigns/${id}`, {
    sequence_nodes: [
      { type: "email", subject: "A quick question", body: "Hello %first_name%, have you ten minutes?" },
      { type: "delay", delay_minutes: 1 },
      { type: "email", is_reply: true, body: "And next week?" },
      { type: "end" },
    ],
  });
  const prospects = Array.from({ length: PROSPECTS }, (_, place) => ({
    email: `prospect-${place}@example.com`,
    first_name: `Prospect ${place}`,
  }));
  await ask("POST", `/api/campaigns/${id}/leads`, { prospects });
  return id;
}

function look(id: string): Promise<Shown> {
  return ask<Shown>("GET", `/api/campaigns/${id}`);
}

/** Says where the campaign stands, in place of what was said before. */
function say({ campaign, prospects_by_status: counts }: Shown, note = ""): number {
  const sent = sendings(sentFile).length;
  const width = 30;
  const filled = Math.round((width * sent) / (PROSPECTS * MAILS));
  const bar = "#".repeat(Math.min(filled, width)).padEnd(width, ".");
  const done = counts.completed ?? 0;
  const line = `${campaign.status.padEnd(9)} [${bar}] ${sent} sent, ${done} of ${PROSPECTS} done${note}`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line.padEnd(100)}`);
  else if (note || sent % 50 < 15) console.log(line);
  return sent;
}

/** Looks until it is so. */
async function until(id: string, isSo: (shown: Shown, sent: number) => boolean): Promise<void> {
  for (;;) {
    const shown = await look(id);
    const sent = say(shown);
    if (isSo(shown, sent)) return;
    await pause(LOOK_MS);
  }
}

async function hold(id: string): Promise<void> {
  const paused = await fetch(`${url}/api/campaigns/${id}/pause`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
  });
  if (!paused.ok) throw new Error(`the pause answered ${paused.status}: ${await paused.text()}`);
  const inFlight = paused.headers.get("fermata-sends-in-flight");
  const note = `; ${inFlight} were permitted already, and not one more will be`;
  for (const end = Date.now() + HELD_MS; Date.now() < end; await pause(LOOK_MS)) say(await look(id), note);
  await ask("POST", `/api/campaigns/${id}/resume`);
}

/** Whether everybody was sent everything once. */
function audit(id: string): string {
  const sent = sendings(sentFile).filter((sending) => sending.campaign_id === id);
  const steps = new Set(sent.map((sending) => `${sending.prospect_id} ${sending.node_id}`));
  const people = new Set(sent.map((sending) => sending.prospect_id));
  if (sent.length !== steps.size || people.size !== PROSPECTS || steps.size !== PROSPECTS * MAILS) {
    throw new Error(`${sent.length} sends of ${steps.size} steps to ${people.size} prospects: see ${sentFile}`);
  }
  return `${sent.length} sends: each of ${MAILS} mails to each of ${people.size} prospects, exactly once`;
}

const began = Date.now();
const id = await draft();
say(await look(id));
const engine = new Engine({
  place: {
    url: setting("FERMATA_INTERNAL_URL", "http://127.0.0.1:8081"),
    key: setting("FERMATA_INTERNAL_KEY"),
  },
  sentFile,
  minuteMs: number("ENGINE_MINUTE_MS", 2_000),
  sendsPerSecond: number("ENGINE_SENDS_PER_SECOND", 60),
  repliesPercent: 0,
  only: id,
  say: () => {},
});
engine.run().catch((failure: unknown) => {
  console.error(failure);
  process.exit(1);
});
await ask("POST", `/api/campaigns/${id}/launch`);
await until(id, (_, sent) => PROSPECTS * MAILS * 0.4 <= sent);
await hold(id);
await until(id, ({ campaign }) => campaign.status === "completed");
console.log(`\n${audit(id)}, in ${((Date.now() - began) / 1_000).toFixed(1)} seconds`);
console.log(`What happened: target/release/fermata history ${id}`);
process.exit(0);
