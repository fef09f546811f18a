// The loop of one prospect: from step to step, asleep in between.
//
// Nothing is remembered here. Where the prospect stands is what Fermata has permitted so far, and the
// next step is due so long after the last one was sent; so this loop can be ended at any instant, and
// begun again anywhere.

import { type Campaign, type Fermata, type Node, type Permit, type Prospect, Refused } from "./fermata.js";
import { type FakeProvider } from "./provider.js";
import { Sleeper } from "./sleeper.js";

export interface Surroundings {
  fermata: Fermata;
  provider: FakeProvider;
  /** How long a minute of the campaign's delays lasts. */
  minuteMs: number;
  /** Which prospects answer, of a hundred. */
  repliesPercent: number;
}

export class ProspectLoop {
  private readonly sleeper: Sleeper;

  constructor(
    private readonly around: Surroundings,
    private readonly campaign: Campaign,
    private readonly prospect: Prospect,
  ) {
    this.sleeper = new Sleeper(around.fermata, campaign.id, prospect.id);
  }

  /** Goes through the sequence until its end, or until nothing may follow. */
  async run(): Promise<void> {
    try {
      if (await this.reachesEnd()) await this.report("completed");
    } catch (failure) {
      // The campaign or the prospect is gone.
      if (!(failure instanceof Refused && failure.status === 404)) throw failure;
    }
  }

  private async reachesEnd(): Promise<boolean> {
    let due = Date.parse(this.prospect.updated_at);
    for (const node of this.campaign.nodes) {
      if (node.type === "end") break;
      if (node.type === "delay") {
        due += this.delayMs(node);
      } else if (node.type !== "ai") {
        const permit = this.permitted(node.id) ?? (await this.ask(node, due));
        if (!permit) return false;
        due = await this.carryOut(permit);
      }
    }
    // A delay at the end is waited for too.
    return await this.wait(due);
  }

  private permitted(nodeId: string): Permit | undefined {
    return this.prospect.permits.find((permit) => permit.node_id === nodeId);
  }

  /** The permit for a step, once the step is due and the campaign lets it through. */
  private async ask(node: Node, due: number): Promise<Permit | undefined> {
    if (!(await this.wait(due))) return undefined;
    const account = this.account();
    const step = account ? { node_id: node.id, account_id: account } : { node_id: node.id };
    for (;;) {
      await this.around.provider.turn();
      const answer = await this.around.fermata.permit(this.campaign.id, this.prospect.id, step);
      if (answer.outcome === "granted") return answer.permit;
      // An answer was lost, and here it is again.
      if (answer.reason === "already_permitted") return answer.permit;
      if (answer.reason === "paused") {
        if ((await this.sleeper.untilResumed()) === "over") return undefined;
      } else if (answer.ask_again_at) {
        if (!(await this.wait(Date.parse(answer.ask_again_at)))) return undefined;
      } else {
        // They answered, or the campaign ended: nothing follows.
        return undefined;
      }
    }
  }

  /** Sends what was permitted, unless that was done, and returns when it was sent. */
  private async carryOut(permit: Permit): Promise<number> {
    if (permit.state !== "open") return Date.parse(permit.closed_at ?? new Date().toISOString());
    const { fermata, provider } = this.around;
    await provider.send({
      permit_id: permit.id,
      campaign_id: this.campaign.id,
      prospect_id: this.prospect.id,
      node_id: permit.node_id,
    });
    await fermata.sent(permit.id);
    if (this.answers()) await this.report("replied");
    return Date.now();
  }

  /** Sleeps until that time. False: the campaign is over. */
  private async wait(due: number): Promise<boolean> {
    while (Date.now() < due) {
      const woken = await this.sleeper.until(new Date(due));
      if (woken === "paused" && (await this.sleeper.untilResumed()) === "over") return false;
      if (woken === "over") return false;
    }
    return true;
  }

  /** Tells what happened to the prospect, unless something else was quicker. */
  private async report(progress: "completed" | "replied"): Promise<void> {
    try {
      await this.around.fermata.progress(this.campaign.id, this.prospect.id, progress);
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
    }
  }

  private delayMs(node: Node): number {
    const minutes = node.delay_days * 1_440 + node.delay_hours * 60 + node.delay_minutes;
    return minutes * this.around.minuteMs;
  }

  /** Everything that goes to one prospect comes from one account. */
  private account(): string | undefined {
    const { accounts } = this.campaign;
    return accounts[this.lot() % accounts.length];
  }

  /** Whether this prospect is one who answers: always the same ones. */
  private answers(): boolean {
    return this.lot() % 100 < this.around.repliesPercent;
  }

  /** A number that stays the prospect's. */
  private lot(): number {
    return Number.parseInt(this.prospect.id.slice(-6), 16);
  }
}
