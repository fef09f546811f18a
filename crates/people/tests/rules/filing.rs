//! What may be on file about a person, and how it changes.

use domain::UserId;
use people::{BadDetails, CustomFields, Details, DetailsPatch, Field, PeopleChange, Person};
use serde_json::{Map, Value, json};
use uuid::Uuid;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn ada() -> Details {
    let mut details = Details::default();
    for (field, text) in [
        (Field::Email, "ada@example.com"),
        (Field::FirstName, " Ada "),
        (Field::LastName, "Lovelace"),
    ] {
        details.put(field, text).unwrap();
    }
    details
}

#[test]
fn every_text_has_a_longest_length_and_no_control_characters() {
    for field in Field::ALL {
        let mut details = Details::default();
        let longest = "x".repeat(field.chars_max());

        assert_eq!(details.put(field, &longest), Ok(()));
        for bad in [
            format!("{longest}x"),
            "a\0b".to_owned(),
            "a\u{1b}[0m".to_owned(),
        ] {
            let refused = details.put(field, &bad).unwrap_err();
            assert_eq!(refused, BadDetails::Text(field));
            assert!(refused.to_string().starts_with(field.as_str()));
        }
        assert_eq!(details.get(field), Some(longest.as_str()));
    }
}

#[test]
fn an_empty_text_is_an_absent_one() {
    let mut details = ada();

    details.put(Field::FirstName, "  ").unwrap();

    assert_eq!(details.get(Field::FirstName), None);
}

#[test]
fn the_name_shown_is_the_one_on_file_or_the_first_and_the_last() {
    let mut details = ada();
    assert_eq!(details.full_name().as_deref(), Some("Ada Lovelace"));

    details.put(Field::Name, "Countess of Lovelace").unwrap();
    assert_eq!(details.full_name().as_deref(), Some("Countess of Lovelace"));
    assert_eq!(Details::default().full_name(), None);
}

#[test]
fn a_patch_changes_what_it_names_and_clears_by_null() {
    let mut patch = DetailsPatch::default();
    patch.put(Field::LastName, None).unwrap();
    patch.put(Field::Company, Some("Engines")).unwrap();

    let changed = patch.applied_to(&ada());

    let texts = Field::ALL.map(|field| changed.get(field).map(str::to_owned));
    let expected = ["ada@example.com", "", "Ada", "", "", "Engines", "", ""];
    assert_eq!(texts.map(Option::unwrap_or_default), expected);
}

#[test]
fn custom_fields_are_an_object_of_bounded_size_without_nul() {
    let fits = object(json!({"a": [1, {"b": null}], "literally": "\\u0000"}));
    let too_large = object(json!({"a": "x".repeat(CustomFields::BYTES_MAX)}));
    let deep = object(json!({"a": [{"b": "\0"}]}));
    let named = object(json!({"\0": 1}));

    assert!(CustomFields::new(&fits).is_ok());
    for bad in [too_large, deep, named] {
        assert_eq!(CustomFields::new(&bad), Err(BadDetails::CustomFields));
    }
}

#[test]
fn a_debug_names_fields_and_never_what_they_hold() {
    let mut details = ada();
    details.custom_fields = CustomFields::new(&object(json!({"secret": "Byron"}))).ok();
    let mut patch = DetailsPatch::default();
    patch.put(Field::Company, Some("Engines")).unwrap();
    let person = Person::new(UserId(Uuid::nil()), details);

    let said = format!("{person:?} {:?}", PeopleChange::Edit(patch));

    assert!(
        said.contains("first_name") && said.contains("company"),
        "{said}"
    );
    for held in ["ada@", "Ada", "Lovelace", "Byron", "secret", "Engines"] {
        assert!(!said.contains(held), "{held} in {said}");
    }
}
