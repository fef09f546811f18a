//! Which campaign, prospect and kind a token's tags speak of.

use domain::TokenKind;
use uuid::Uuid;
use waitpoints::{BadTags, Registration};

const CAMPAIGN: &str = "campaign:01890a5d-ac96-774b-bcce-b302099a8057";
const PROSPECT: &str = "prospect:01890a5d-ac96-774b-bcce-b302099a8058";

fn of(tags: &[&str]) -> Result<Option<Registration>, BadTags> {
    let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Registration::of_tags(&tags)
}

#[test]
fn tags_of_a_campaign_register_a_sleeper_unless_they_say_otherwise() {
    let sleeper = of(&[CAMPAIGN]).unwrap().unwrap();
    let parked = of(&["other", CAMPAIGN, PROSPECT, "kind:pause"])
        .unwrap()
        .unwrap();

    assert_eq!(
        (sleeper.kind, sleeper.prospect_id),
        (TokenKind::Sleep, None)
    );
    assert_eq!(parked.campaign_id, sleeper.campaign_id);
    assert_eq!(parked.kind, TokenKind::Pause);
    let prospect = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8058").unwrap();
    assert_eq!(parked.prospect_id.map(|id| id.0), Some(prospect));
}

#[test]
fn without_a_campaign_they_are_tags_like_any_other() {
    assert_eq!(of(&[]), Ok(None));
    assert_eq!(of(&[PROSPECT, "kind:dance", "campaigns:x"]), Ok(None));
}

#[test]
fn tags_that_contradict_each_other_are_refused() {
    let other = "campaign:01890a5d-ac96-774b-bcce-b302099a8059";
    for (tags, expected) in [
        (vec!["campaign:x"], BadTags::Campaign),
        (vec![CAMPAIGN, "prospect:x"], BadTags::Prospect),
        (vec![CAMPAIGN, "kind:dance"], BadTags::Kind),
        (vec![CAMPAIGN, other], BadTags::Several),
        (vec![CAMPAIGN, "kind:sleep", "kind:pause"], BadTags::Several),
    ] {
        assert_eq!(of(&tags), Err(expected), "{tags:?}");
    }
    assert!(of(&[CAMPAIGN, CAMPAIGN]).is_ok());
}
