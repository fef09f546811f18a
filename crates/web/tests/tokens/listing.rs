//! Lists of tokens.

use crate::clerk::{Clerk, ids};
use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn pages_follow_each_other_from_the_newest_to_the_oldest() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(clerk.plain_token().await);
    }
    made.sort();
    made.reverse();

    let first = clerk.list("page%5Bsize%5D=2").await;
    let next = first.json()["pagination"]["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = clerk
        .list(&format!("page[size]=2&page[after]={next}"))
        .await;
    let previous = second.json()["pagination"]["previous"]
        .as_str()
        .unwrap()
        .to_owned();
    let back = clerk
        .list(&format!("page[size]=2&page[before]={previous}"))
        .await;
    let next = second.json()["pagination"]["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let last = clerk
        .list(&format!("page[size]=2&page[after]={next}"))
        .await;

    assert_eq!(ids(&first), made[..2]);
    assert_eq!(first.json()["pagination"].get("previous"), None);
    assert_eq!(ids(&second), made[2..4]);
    assert_eq!(ids(&back), made[..2]);
    assert_eq!(ids(&last), made[4..]);
    assert_eq!(last.json()["pagination"].get("next"), None);
}

#[tokio::test]
async fn an_item_has_sorted_tags_and_no_output() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let id = clerk
        .token(&json!({"tags": ["b", "a"], "idempotencyKey": "k"}))
        .await;
    let other = clerk.plain_token().await;
    clerk.complete(&id, &json!({"data": "x"})).await;

    let page = clerk.list("").await.json();

    let item = |id: &str| {
        let items = page["data"].as_array().unwrap();
        items.iter().find(|item| item["id"] == *id).unwrap().clone()
    };
    assert_eq!(item(&id)["tags"], json!(["a", "b"]));
    assert_eq!(item(&id)["idempotencyKey"], "k");
    assert_eq!(item(&other).get("idempotencyKey"), None);
    for absent in ["output", "outputType", "outputIsError", "type"] {
        assert_eq!(item(&id).get(absent), None);
    }
}

#[tokio::test]
async fn a_list_is_filtered_by_state_tag_key_and_time() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;
    let waiting = clerk
        .token(&json!({"tags": ["one"], "idempotencyKey": "k"}))
        .await;
    let completed = clerk.token(&json!({"tags": ["two", "more"]})).await;
    clerk.complete(&completed, &json!({})).await;
    let neither = clerk.plain_token().await;

    for (query, mut expected) in [
        ("filter[status]=COMPLETED", vec![&completed]),
        (
            "filter%5Bstatus%5D=WAITING%2CTIMED_OUT",
            vec![&waiting, &neither],
        ),
        ("filter[tags]=one,two", vec![&waiting, &completed]),
        (
            "filter[tags]=one,two&filter[status]=WAITING",
            vec![&waiting],
        ),
        ("filter[tags]=none", vec![]),
        ("filter[idempotencyKey]=k", vec![&waiting]),
        (
            "filter[createdAt][period]=1h&filter[tags]=one",
            vec![&waiting],
        ),
        ("filter[createdAt][to]=1000", vec![]),
        (
            "filter[createdAt][from]=2020-01-01T00:00:00Z&filter[tags]=two",
            vec![&completed],
        ),
    ] {
        let mut found = ids(&clerk.list(query).await);

        found.sort();
        expected.sort();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    }
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused() {
    let app = TestApp::spawn().await;
    let clerk = Clerk::new(&app).await;

    for query in [
        "page[size]=0",
        "page[size]=101",
        "filter[status]=DONE",
        "page[after]=A",
        "filter%5Btags%5D=%00",
        "filter[tags]=a,b%00",
        "filter[idempotencyKey]=%00",
        "filter[idempotencyKey]=%FF",
        "any%00thing=1",
    ] {
        let answer = clerk.list(query).await;

        assert_eq!(answer.refusal(), (400, "Query Error".to_owned()), "{query}");
        let details = answer.json()["details"].as_array().unwrap().len();
        assert_eq!(details, 1, "{query}");
    }
}
