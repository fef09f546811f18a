// For Trigger.dev alone; Fermata does not read it.

import { defineConfig } from "@trigger.dev/sdk";

export default defineConfig({
  project: process.env.TRIGGER_PROJECT_REF ?? "proj_of_yours",
  dirs: ["./src/trigger"],
  // Seconds of work; time asleep on a token does not count.
  maxDuration: 300,
});
