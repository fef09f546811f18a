//! What a public token allows (the wire contract, "publicAccessToken").
//!
//! A scope is `action[:type[:id]]`. The action `*` is any; the type `all` is any; a scope that ends
//! early allows what it does not name; a bare `admin` allows everything.

/// The action of completing.
const WRITE: &str = "write";
/// The type that tokens are.
const WAITPOINTS: &str = "waitpoints";

/// Whether one of the scopes allows completing the token with this id.
pub(crate) fn allow_completing(scopes: &[String], token_id: &str) -> bool {
    scopes.iter().any(|scope| allows(scope, token_id))
}

/// The scope of the public token that comes with a new token.
pub(crate) fn completing(token_id: &str) -> String {
    format!("{WRITE}:{WAITPOINTS}:{token_id}")
}

fn allows(scope: &str, token_id: &str) -> bool {
    let mut parts = scope.splitn(3, ':');
    let (action, of_type, id) = (parts.next(), parts.next(), parts.next());
    let action_fits = match action {
        Some("admin") => return of_type.is_none(),
        Some(action) => action == WRITE || action == "*",
        None => false,
    };
    let type_fits = match of_type {
        None | Some("all") => true,
        Some(of_type) => of_type == WAITPOINTS,
    };
    action_fits && type_fits && id.is_none_or(|id| id == token_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(scope: &str) -> bool {
        allow_completing(&[scope.to_owned()], "waitpoint_abc")
    }

    #[test]
    fn a_scope_allows_what_it_does_not_restrict() {
        for scope in [
            "write:waitpoints:waitpoint_abc",
            "write:waitpoints",
            "write",
            "write:all",
            "*",
            "*:waitpoints",
            "*:all",
            "*:waitpoints:waitpoint_abc",
            "admin",
        ] {
            assert!(allows(scope), "{scope}");
        }
    }

    #[test]
    fn a_scope_allows_nothing_else() {
        for scope in [
            "",
            "read",
            "read:waitpoints:waitpoint_abc",
            "write:runs",
            "write:waitpoints:waitpoint_abcd",
            "write:waitpoints:",
            "write:waitpoints:waitpoint_abc:more",
            "write::waitpoint_abc",
            "WRITE:waitpoints",
            "admin:waitpoints",
            "administrator",
            "writes",
        ] {
            assert!(!allows(scope), "{scope}");
        }
        assert!(!allow_completing(&[], "waitpoint_abc"));
    }

    #[test]
    fn the_scope_of_a_new_token_allows_that_token() {
        let scopes = [completing("waitpoint_abc")];

        assert!(allow_completing(&scopes, "waitpoint_abc"));
        assert!(!allow_completing(&scopes, "waitpoint_abd"));
    }
}
