// Runs a task for each of some prospects, in this process, on Fermata.
//
//   npm run fermata -- <campaign id> [prospects] [seconds between steps]

import { randomUUID } from "node:crypto";
import { work, type Prospect } from "../trigger/prospect.js";
import { inTask } from "./runtime.js";

const [campaignId, count = "3", seconds = "30"] = process.argv.slice(2);
if (!campaignId) throw new Error("usage: npm run fermata -- <campaign id> [prospects] [seconds]");

const steps = ["first", "second", "third"].map((message) => ({
  message,
  afterSeconds: Number(seconds),
}));
const prospects: Prospect[] = Array.from({ length: Number(count) }, () => ({
  campaignId,
  prospectId: randomUUID(),
  steps,
}));

const runId = `run_${randomUUID().replaceAll("-", "")}`;
const outcomes = await inTask(runId, () =>
  Promise.all(
    prospects.map((prospect, number) =>
      work(prospect, runId, (what) => console.log(`prospect ${number + 1} ${what}`)),
    ),
  ),
);
for (const [number, { ended, sent }] of outcomes.entries()) {
  console.log(`prospect ${number + 1} ${ended} after ${sent.length} messages`);
}
