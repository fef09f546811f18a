// What an engine asks Fermata, over the internal listener.
//
// Every call may be repeated, so every call is: when the service cannot be reached, restarts, or is
// overloaded, the call waits a little and is made again, until it is answered. An answer that was
// lost after it happened is no trouble: a step that was permitted is answered with its permit, an
// outcome or a progress that was reported is no news.

export interface Place {
  url: string;
  key: string;
}

export interface Launch {
  launch_id: string;
  campaign_id: string;
}

export interface Node {
  id: string;
  type: "email" | "connection_request" | "message" | "delay" | "ai" | "end";
  delay_days: number;
  delay_hours: number;
  delay_minutes: number;
}

export interface Permit {
  id: string;
  node_id: string;
  state: "open" | "sent" | "failed";
  closed_at?: string | null;
}

export interface Prospect {
  id: string;
  permits: Permit[];
  updated_at: string;
}

export interface Campaign {
  id: string;
  status: string;
  /** The accounts that send. */
  accounts: string[];
  nodes: Node[];
}

export interface Step {
  node_id: string;
  account_id?: string;
}

export type PermitAnswer =
  | { outcome: "granted"; permit: Permit }
  | { outcome: "refused"; reason: string; ask_again_at?: string; permit?: Permit };

export type Progress = "connected" | "replied" | "bounced" | "completed" | "timed_out" | "cancelled";

/** The service answered that this cannot be done, now or later. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const REST_MS_MIN = 50;
const REST_MS_MAX = 2_000;
/** Calls that are under way at once; who polls is not counted. */
const CALLS_MAX = 64;
const PAGE = 1_000;

export class Fermata {
  private readonly waiting: (() => void)[] = [];
  private free = CALLS_MAX;

  constructor(private readonly place: Place) {}

  /** Launches that this engine has to take up; held back for up to `seconds` while there is none. */
  async launches(seconds: number): Promise<Launch[]> {
    const answer = await this.poll<{ launches: Launch[] }>(`/internal/launches?wait=${seconds}`, {});
    return answer.launches;
  }

  async activate(campaignId: string): Promise<void> {
    await this.post(`/internal/campaigns/${campaignId}/activate`, {});
  }

  /** The campaigns that were running when this engine started. */
  async *running(): AsyncGenerator<string> {
    type Page = { campaigns: { id: string; status: string }[]; next?: string };
    for (let after = ""; ; ) {
      const page: Page = await this.get(`/internal/campaigns?limit=200${after}`);
      for (const { id, status } of page.campaigns) if (status !== "launching") yield id;
      if (!page.next) return;
      after = `&after=${page.next}`;
    }
  }

  async campaign(id: string): Promise<Campaign> {
    type Whole = {
      campaign: { status: string; settings: { sender_account_ids: string[] } };
      sequence_nodes: Node[];
    };
    const whole: Whole = await this.get(`/internal/campaigns/${id}`);
    const { status, settings } = whole.campaign;
    return { id, status, accounts: settings.sender_account_ids, nodes: whole.sequence_nodes };
  }

  /** Everyone for whom something may still follow, with all that was permitted so far. */
  async *unfinished(campaignId: string): AsyncGenerator<Prospect> {
    type Page = { prospects: Prospect[]; next?: string };
    const path = `/internal/campaigns/${campaignId}/prospects?unfinished=true&limit=${PAGE}`;
    for (let after = ""; ; ) {
      const page: Page = await this.get(`${path}${after}`);
      yield* page.prospects;
      if (!page.next) return;
      after = `&after=${page.next}`;
    }
  }

  /** May this step be sent to this prospect, from this account? */
  async permit(campaignId: string, prospectId: string, step: Step): Promise<PermitAnswer> {
    const path = `/internal/campaigns/${campaignId}/prospects/${prospectId}/permits`;
    return await this.post(path, step);
  }

  async sent(permitId: string): Promise<void> {
    await this.post(`/internal/permits/${permitId}/outcome`, { outcome: "sent" });
  }

  async progress(campaignId: string, prospectId: string, progress: Progress): Promise<void> {
    const path = `/internal/campaigns/${campaignId}/prospects/${prospectId}/progress`;
    await this.post(path, { progress });
  }

  /** A call that is answered at once. */
  async get<Answer>(path: string): Promise<Answer> {
    return await this.inTurn(() => this.call<Answer>("GET", path, {}));
  }

  async post<Answer>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.inTurn(() => this.call<Answer>("POST", path, headers, body));
  }

  /** A call that may be held back. */
  async poll<Answer>(path: string, headers: Record<string, string>): Promise<Answer> {
    return await this.call<Answer>("GET", path, headers);
  }

  private async call<Answer>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<Answer> {
    for (let rest = REST_MS_MIN; ; rest = Math.min(rest * 2, REST_MS_MAX)) {
      const answer = await this.once(method, path, headers, body);
      if (answer) return (await answer) as Answer;
      // Not all at once: whoever failed together would come back together.
      await pause(rest * (0.5 + Math.random()));
    }
  }

  /** An answer, or nothing: then the call is to be made again. */
  private async once(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<object | undefined> {
    const sent: RequestInit = {
      method,
      headers: { authorization: `Bearer ${this.place.key}`, "content-type": "application/json", ...headers },
    };
    if (body !== undefined) sent.body = JSON.stringify(body);
    try {
      const answer = await fetch(`${this.place.url}${path}`, sent);
      const said = (await answer.json()) as { error?: { code: string; message: string } | string };
      if (answer.ok) return said;
      if (answer.status === 429 || 500 <= answer.status) return undefined;
      const error = typeof said.error === "object" ? said.error : { code: "refused", message: `${said.error}` };
      throw new Refused(answer.status, error.code, error.message);
    } catch (failure) {
      if (failure instanceof Refused) throw failure;
      return undefined;
    }
  }

  private async inTurn<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.free -= 1;
    try {
      return await call();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
