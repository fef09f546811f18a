// Runs the engine.
//
//   FERMATA_INTERNAL_URL   the internal listener, by default http://127.0.0.1:8081
//   FERMATA_INTERNAL_KEY   an internal key: fermata keys create --internal
//   ENGINE_SENT_FILE       where the fake provider writes down what it sent, by default sent.jsonl
//   ENGINE_MINUTE_MS       how long a minute of the campaigns' delays lasts, by default a minute
//   ENGINE_SENDS_PER_SECOND, ENGINE_REPLIES_PERCENT   how the fake provider behaves

import { Engine } from "./engine.js";
import { number, setting } from "./settings.js";

await new Engine({
  place: {
    url: setting("FERMATA_INTERNAL_URL", "http://127.0.0.1:8081"),
    key: setting("FERMATA_INTERNAL_KEY"),
  },
  sentFile: setting("ENGINE_SENT_FILE", "sent.jsonl"),
  minuteMs: number("ENGINE_MINUTE_MS", 60_000),
  sendsPerSecond: number("ENGINE_SENDS_PER_SECOND", 100),
  repliesPercent: number("ENGINE_REPLIES_PERCENT", 0),
  say: console.log,
}).run();
