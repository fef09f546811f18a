//! TLS without a provider that somebody must have installed before.
//!
//! The provider (ring) is named here, so that making a client cannot depend on what ran earlier in
//! the process. Certificates are checked against those that the machine trusts.

use rustls::crypto::ring;
use rustls::{ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;

/// Trusts whom the machine trusts.
pub(super) fn trusting_the_machine() -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    Ok(builder.with_platform_verifier()?.with_no_client_auth())
}

/// Trusts nobody: for an endpoint without TLS, on a machine that need not have certificates.
pub(super) fn trusting_nobody() -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    Ok(builder
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
