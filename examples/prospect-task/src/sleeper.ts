// Sleeping on waitpoint tokens.
//
// Two rules that are easy to miss:
// - A token is one-shot, and an idempotency key leads to the same token again, finished or not. A
//   key that stays the same would therefore wake its sleeper at once after the first pause, for
//   ever. So every sleep of a run has a number, and a retried run finds the tokens of its sleeps.
// - The tags say whose sleeper it is and what it sleeps for. Fermata wakes all sleepers of a
//   campaign by them; for Trigger.dev they are labels.

import { wait } from "@trigger.dev/sdk";
import { registerElsewhere, type Kind } from "./campaign.js";

/** Looks again at least so often, should nobody wake it. */
const PARKED_AT_MOST = "7d";

export class Sleeper {
  private sleeps = 0;

  constructor(
    private readonly campaignId: string,
    private readonly prospectId: string,
    private readonly runId: string,
  ) {}

  /** Sleeps until that time, or until the campaign is paused or sends at other hours. */
  async until(time: Date): Promise<void> {
    await this.sleep("sleep", time);
  }

  /** Sleeps until the campaign is resumed. */
  async untilResumed(): Promise<void> {
    await this.sleep("pause", PARKED_AT_MOST);
  }

  private async sleep(kind: Kind, timeout: Date | string): Promise<void> {
    this.sleeps += 1;
    const token = await wait.createToken({
      idempotencyKey: `${this.runId}:${this.prospectId}:${this.sleeps}`,
      tags: [`campaign:${this.campaignId}`, `prospect:${this.prospectId}`, `kind:${kind}`],
      timeout,
    });
    await registerElsewhere(this.campaignId, this.prospectId, kind, token.id);
    // A time-out is how a sleep usually ends, and no error.
    await wait.forToken(token);
  }
}
