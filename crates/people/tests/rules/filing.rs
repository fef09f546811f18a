//! What may be on file about a person, and how it changes.

use domain::UserId;
use people::{BadDetails, CustomFields, Details, DetailsPatch, Field, PeopleChange, Person};
use serde_json::value::RawValue;
use uuid::Uuid;

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
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
        for (bad, why) in [
            (format!("{longest}x"), BadDetails::Long(field)),
            ("a\0b".to_owned(), BadDetails::Character(field, '\0')),
            (
                "a\u{1b}[0m".to_owned(),
                BadDetails::Character(field, '\u{1b}'),
            ),
        ] {
            let refused = details.put(field, &bad).unwrap_err();
            assert_eq!(refused, why);
            assert!(refused.to_string().starts_with(field.as_str()));
        }
        assert_eq!(details.get(field), Some(longest.as_str()));
    }
}

#[test]
fn an_address_is_refused_for_a_character_that_is_named() {
    let mut details = Details::default();
    for (unfit, escaped) in [
        ('\u{85}', "%C2%85"),
        ('\u{2028}', "%e2%80%A8"),
        ('\u{1b}', "%1B"),
        ('\u{7f}', "%7f"),
        ('\u{600}', "%D8%80"),
        ('\u{110bd}', "%F0%91%82%BD"),
        ('\u{2800}', "%E2%A0%80"),
        ('\u{fffc}', "%EF%BF%BC"),
        ('\u{1d159}', "%F0%9D%85%99"),
        ('\u{13441}', "%F0%93%91%81"),
        ('\u{16fe4}', "%F0%96%BF%A4"),
        ('\u{a0}', "%C2%A0"),
    ] {
        for (field, text) in [
            (Field::Email, format!("a{unfit}da@example.com")),
            (Field::Email, format!("ada@exam{unfit}ple.com")),
            (Field::LinkedinUrl, format!("linkedin.com/in/a{unfit}da")),
            (Field::LinkedinUrl, format!("linkedin.com/in/a{escaped}da")),
        ] {
            let why = details.put(field, &text).unwrap_err();

            assert_eq!(why, BadDetails::Character(field, unfit), "{text:?}");
            let number = format!("the character U+{:04X}", u32::from(unfit));
            assert!(why.to_string().ends_with(&number), "{why}");
        }
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
fn custom_fields_are_kept_as_they_are_written() {
    let deepest = CustomFields::BYTES_MAX / 2 - 3;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(deepest), "]".repeat(deepest));
    for text in [
        r#"{"b": 117.63331139400017, "a": 1.0, "b": [ 1e999 ]}"#,
        r#"{"\u0000": "\u0000", "cut": "\ud83d"}"#,
        &deep,
    ] {
        let fields = CustomFields::new(&raw(text)).unwrap();

        assert_eq!(fields.as_json(), text);
    }
}

#[test]
fn custom_fields_are_an_object_whose_size_is_that_of_its_text() {
    let filled = |blanks: usize| format!("{{{}}}", " ".repeat(blanks));

    assert!(CustomFields::new(&raw(&filled(CustomFields::BYTES_MAX - 2))).is_ok());
    for bad in [
        filled(CustomFields::BYTES_MAX - 1),
        "[]".to_owned(),
        "1".to_owned(),
    ] {
        assert_eq!(CustomFields::new(&raw(&bad)), Err(BadDetails::CustomFields));
    }
}

#[test]
fn a_debug_names_fields_and_never_what_they_hold() {
    let mut details = ada();
    details.custom_fields = CustomFields::new(&raw(r#"{"secret": "Byron"}"#)).ok();
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
