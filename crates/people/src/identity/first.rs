//! The rules of version 1, as they were: for rows that are still kept by them, and for nothing else.

/// The text without surrounding space, in lower case.
pub(super) fn email_key(email: &str) -> Option<String> {
    let key = email.trim().to_lowercase();
    let (mailbox, host) = key.rsplit_once('@')?;
    let unfit = |letter: char| letter.is_whitespace() || letter.is_control();
    let fits = !mailbox.is_empty() && !host.is_empty() && !key.contains(unfit);
    fits.then_some(key)
}

/// Host and path in lower case.
pub(super) fn linkedin_key(url: &str) -> Option<String> {
    let lower = url.trim().to_lowercase();
    let bare = ["https://", "http://", "//"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme))
        .unwrap_or(&lower);
    let plain = bare.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = plain.split_once('/')?;
    let path = path.trim_matches('/');
    let unfit = |letter: char| letter.is_whitespace() || letter.is_control();
    if host.is_empty() || path.is_empty() || plain.contains(unfit) {
        return None;
    }
    let host = if host.ends_with(".linkedin.com") {
        "linkedin.com"
    } else {
        host
    };
    Some(format!("{host}/{path}"))
}
