// What the task asks Fermata.
//
//   FERMATA_URL, FERMATA_KEY                    the public API, and a key of the campaign's user
//   FERMATA_INTERNAL_URL, FERMATA_INTERNAL_KEY  the internal listener; set them on Trigger.dev only

export type Kind = "sleep" | "pause";

/** The campaign's status, or that it is not there any more. */
export async function campaignStatus(campaignId: string): Promise<string> {
  const answer = await fetch(`${setting("FERMATA_URL")}/api/campaigns/${campaignId}`, {
    headers: { authorization: `Bearer ${setting("FERMATA_KEY")}` },
  });
  if (answer.status === 404) return "gone";
  if (!answer.ok) throw new Error(`Fermata answered ${answer.status}`);
  const found = (await answer.json()) as { campaign: { status: string } };
  return found.campaign.status;
}

/**
 * Tells Fermata of a token that was made on Trigger.dev, so that a pause completes it there. A token
 * that was made on Fermata is known by its tags, and nothing is done.
 */
export async function registerElsewhere(
  campaignId: string,
  prospectId: string,
  kind: Kind,
  tokenId: string,
): Promise<void> {
  const url = process.env.FERMATA_INTERNAL_URL;
  if (!url) return;
  const answer = await fetch(`${url}/internal/campaigns/${campaignId}/waitpoints`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${setting("FERMATA_INTERNAL_KEY")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ tokens: [{ id: tokenId, prospect_id: prospectId, kind }] }),
  });
  if (!answer.ok) throw new Error(`Fermata answered ${answer.status}`);
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
