// Sleeping on built-in waitpoint tokens.
//
// A token is a row in Fermata with a timeout, so a sleep ends on time whatever becomes of this
// process, and a pause ends it at once. Each sleep makes a token of its own; a process that starts
// again works out anew until when it has to sleep, and leaves the tokens of its predecessor to time
// out.

import { randomUUID } from "node:crypto";
import { type Fermata } from "./fermata.js";

/** Looks again at least so often, should nobody wake it. */
const PARKED_AT_MOST = "7d";
const POLL_SECONDS = 50;

/** What ended a sleep. */
export type Woken = "timeout" | "paused" | "resumed" | "schedule_changed" | "over";

type Kind = "sleep" | "pause";

export class Sleeper {
  constructor(
    private readonly fermata: Fermata,
    private readonly campaignId: string,
    private readonly prospectId: string,
  ) {}

  /** Sleeps until that time, or until the campaign is paused or sends at other hours. */
  async until(time: Date): Promise<Woken> {
    return await this.sleep("sleep", time.toISOString());
  }

  /** Sleeps until the campaign is resumed. */
  async untilResumed(): Promise<Woken> {
    return await this.sleep("pause", PARKED_AT_MOST);
  }

  private async sleep(kind: Kind, timeout: string): Promise<Woken> {
    const tags = [`campaign:${this.campaignId}`, `prospect:${this.prospectId}`, `kind:${kind}`];
    // All attempts of one call make one token.
    const once = { "x-trigger-request-idempotency-key": randomUUID() };
    const made = await this.fermata.post<{ id: string }>(
      "/api/v1/waitpoints/tokens",
      { timeout, tags },
      once,
    );
    for (;;) {
      const token = await this.fermata.poll<{ status: string; output?: string }>(
        `/api/v1/waitpoints/tokens/${made.id}`,
        { prefer: `wait=${POLL_SECONDS}` },
      );
      if (token.status === "TIMED_OUT") return "timeout";
      if (token.status === "COMPLETED") return told(token.output);
    }
  }
}

function told(output: string | undefined): Woken {
  const said = JSON.parse(output ?? "{}") as Record<string, unknown>;
  for (const word of ["paused", "resumed", "schedule_changed"] as const) if (said[word]) return word;
  return said.cancelled || said.completed ? "over" : "timeout";
}
