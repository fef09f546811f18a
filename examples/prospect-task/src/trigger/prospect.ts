// A task a prospect: the steps of a campaign, one after the other, with sleep between them.
//
// The loop has one rule: whatever wakes the task, it looks again. A pause wakes a sleeper at once,
// so it parks; a resume wakes whoever is parked, so it goes on; a change of the sending hours wakes
// a sleeper, so it thinks anew about when. Nothing is ever concluded from the wake itself.

import { logger, task } from "@trigger.dev/sdk";
import { campaignStatus } from "../campaign.js";
import { Sleeper } from "../sleeper.js";

/** What the task is started with. */
export interface Prospect {
  campaignId: string;
  prospectId: string;
  steps: Step[];
}

/** A message, and how long after the one before it is sent. */
export interface Step {
  message: string;
  afterSeconds: number;
}

/** What became of the prospect. */
export interface Outcome {
  sent: string[];
  /** Why the task ended: every step was sent, or the campaign is over. */
  ended: "finished" | "completed" | "gone";
}

export const prospectTask = task({
  id: "prospect",
  retry: { maxAttempts: 5 },
  run: (prospect: Prospect, { ctx }) => work(prospect, ctx.run.id, (what) => logger.info(what)),
});

/** The task's code; Fermata's runner calls it directly. */
export async function work(
  prospect: Prospect,
  runId: string,
  report: (what: string) => void,
): Promise<Outcome> {
  const sleeper = new Sleeper(prospect.campaignId, prospect.prospectId, runId);
  const sent: string[] = [];
  for (const step of prospect.steps) {
    const due = new Date(Date.now() + step.afterSeconds * 1_000);
    for (;;) {
      const status = await campaignStatus(prospect.campaignId);
      if (status === "completed" || status === "gone") return { sent, ended: status };
      if (status === "paused") {
        report("parks");
        await sleeper.untilResumed();
      } else if (Date.now() < due.getTime()) {
        report("sleeps");
        await sleeper.until(due);
      } else {
        break;
      }
    }
    await send(prospect, step);
    sent.push(step.message);
    report(`sent ${step.message}`);
  }
  return { sent, ended: "finished" };
}

/** Stands for your e-mail provider. Make it idempotent: a retried task comes here again. */
async function send(_prospect: Prospect, _step: Step): Promise<void> {}
