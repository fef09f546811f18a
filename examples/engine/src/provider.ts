// A provider that sends nothing: it writes every send down, one line of JSON each.
//
// What matters is how it treats a send that comes twice, after a crash between sending and saying so:
// the permit's id is its idempotency key, and a key that it has seen is answered and not sent again.
// Real providers have such a header; the file stands for their memory.

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { pause } from "./fermata.js";

export interface Sending {
  permit_id: string;
  campaign_id: string;
  prospect_id: string;
  node_id: string;
}

/** How long a send takes. */
const SEND_MS = 40;

export class FakeProvider {
  private readonly seen = new Set<string>();
  private nextAt = 0;

  /** Gives `perSecond` turns a second. */
  constructor(
    private readonly file: string,
    private readonly perSecond: number,
  ) {
    for (const { permit_id } of sendings(file)) this.seen.add(permit_id);
  }

  /**
   * Waits for the next turn. Take it before you ask for a permit: what is permitted goes out at once
   * then, and a pause has little to wait for.
   */
  async turn(): Promise<void> {
    const now = Date.now();
    this.nextAt = Math.max(now, this.nextAt) + 1_000 / this.perSecond;
    await pause(this.nextAt - now);
  }

  async send(sending: Sending): Promise<void> {
    await pause(SEND_MS);
    if (this.seen.has(sending.permit_id)) return;
    this.seen.add(sending.permit_id);
    appendFileSync(this.file, `${JSON.stringify({ ...sending, at: new Date().toISOString() })}\n`);
  }
}

/** Everything that was sent. */
export function sendings(file: string): Sending[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Sending);
}
