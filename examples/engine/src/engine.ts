// The engine: takes up what is launched, and goes on with what was running when it started.

import { Fermata, type Place, Refused, pause } from "./fermata.js";
import { FakeProvider } from "./provider.js";
import { ProspectLoop, type Surroundings } from "./prospect.js";

export interface Settings {
  place: Place;
  /** Where the provider writes down what it sent. */
  sentFile: string;
  minuteMs: number;
  sendsPerSecond: number;
  repliesPercent: number;
  /** The one campaign that is run, where others are somebody else's business. */
  only?: string;
  /** Where the engine tells what it does. */
  say: (text: string) => void;
}

const POLL_SECONDS = 30;

export class Engine {
  private readonly fermata: Fermata;
  private readonly around: Surroundings;
  private readonly running = new Set<string>();

  constructor(private readonly settings: Settings) {
    this.fermata = new Fermata(settings.place);
    this.around = {
      fermata: this.fermata,
      provider: new FakeProvider(settings.sentFile, settings.sendsPerSecond),
      minuteMs: settings.minuteMs,
      repliesPercent: settings.repliesPercent,
    };
  }

  /** Runs for ever. */
  async run(): Promise<never> {
    for await (const id of this.fermata.running()) this.start(id);
    this.settings.say(`goes on with ${this.running.size} campaigns, and waits for launches`);
    for (;;) {
      for (const launch of await this.fermata.launches(POLL_SECONDS)) await this.takeUp(launch.campaign_id);
    }
  }

  private async takeUp(id: string): Promise<void> {
    if (this.isNotOurs(id)) return;
    try {
      await this.fermata.activate(id);
      this.settings.say(`takes up ${id}`);
      this.start(id);
    } catch (failure) {
      // It was rolled back or deleted since it was handed out.
      if (!(failure instanceof Refused)) throw failure;
      this.settings.say(`leaves ${id}: ${failure.message}`);
    }
  }

  /** Runs a campaign beside all others. One that fails is begun anew: nothing is lost by that. */
  private start(id: string): void {
    if (this.isNotOurs(id) || this.running.has(id)) return;
    this.running.add(id);
    const run = async (): Promise<void> => {
      for (;;) {
        try {
          await this.campaign(id);
          break;
        } catch (failure) {
          console.error(`${id} is begun anew:`, failure);
          await pause(1_000);
        }
      }
      this.running.delete(id);
      this.settings.say(`is done with ${id}`);
    };
    void run();
  }

  private isNotOurs(id: string): boolean {
    return this.settings.only !== undefined && this.settings.only !== id;
  }

  private async campaign(id: string): Promise<void> {
    const loops: Promise<void>[] = [];
    try {
      const campaign = await this.fermata.campaign(id);
      for await (const prospect of this.fermata.unfinished(id)) {
        loops.push(new ProspectLoop(this.around, campaign, prospect).run());
      }
    } catch (failure) {
      if (!(failure instanceof Refused && failure.status === 404)) throw failure;
    }
    const ended = await Promise.allSettled(loops);
    const failed = ended.find((loop) => loop.status === "rejected");
    if (failed) throw failed.reason;
  }
}
