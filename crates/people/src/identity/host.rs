//! One form for all writings of a host: that of DNS.
//!
//! By UTS 46 (non-transitional: `ß` and a final sigma are letters of their own in a domain, as registries
//! have it), so that `bücher.example` and `xn--bcher-kva.example` are one, in any case and width and with
//! any of the dots of the East. Without the dot of the root. No label is empty or longer than 63
//! characters, the whole no longer than 253.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A domain as DNS has it. `None` when it cannot be one.
pub(crate) fn domain(text: &str) -> Option<String> {
    let ascii = Uts46::new()
        .to_ascii(
            text.as_bytes(),
            AsciiDenyList::URL,
            Hyphens::CheckFirstLast,
            DnsLength::VerifyAllowRootDot,
        )
        .ok()?;
    let domain = ascii.strip_suffix('.').unwrap_or(&ascii);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    (!domain.is_empty() && domain.chars().all(fits)).then(|| domain.to_owned())
}

/// What stands behind the `@` of an address: a domain, or an IP address in brackets (RFC 5321, 4.1.3).
pub(crate) fn mail_host(text: &str) -> Option<String> {
    let Some(literal) = text.strip_prefix('[') else {
        return domain(text);
    };
    let literal = literal.strip_suffix(']')?.to_ascii_lowercase();
    match literal.strip_prefix("ipv6:") {
        Some(six) => six
            .parse::<Ipv6Addr>()
            .ok()
            .map(|six| format!("[ipv6:{six}]")),
        None => literal
            .parse::<Ipv4Addr>()
            .ok()
            .map(|four| format!("[{four}]")),
    }
}
