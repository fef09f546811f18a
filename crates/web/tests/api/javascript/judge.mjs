// Reads lines of {how, sent, answer}, and says how many values came back equal. What differs is shown.
import { deepStrictEqual } from "node:assert";
import { readFileSync } from "node:fs";

/** What a client of this kind of answer gets out of it. */
const clients = {
  leads: (answer) => JSON.parse(answer).prospects.map((lead) => lead.custom_fields),
  token: (answer) => [output(JSON.parse(answer))],
};

/** As the SDK reads an output, superjson's dates and the like apart. */
function output({ output, outputType }) {
  if (output === undefined) return "";
  if (outputType === "text/plain") return output;
  return JSON.parse(output).json;
}

function reads(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether two values are the same. A few thousand levels are too many for deepStrictEqual. */
function same(one, other) {
  while (Array.isArray(one) && Array.isArray(other) && one.length === 1 && other.length === 1) {
    [one, other] = [one[0], other[0]];
  }
  deepStrictEqual(one, other);
}

let equal = 0;
for (const line of readFileSync(0, "utf8").split("\n")) {
  if (line === "") continue;
  const { how, sent, answer } = JSON.parse(line);
  if (how === "read" || how === "refused") {
    if (reads(sent[0]) !== (how === "read")) console.log(`${how}: ${sent[0]}`);
    else equal += 1;
    continue;
  }
  const got = clients[how](answer);
  for (const [place, text] of sent.entries()) {
    try {
      same(got[place], JSON.parse(text));
      equal += 1;
    } catch (error) {
      console.log(`${how}: ${text}\n${error.message}`);
    }
  }
}
console.log(`${equal} equal`);
