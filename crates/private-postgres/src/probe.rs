//! Whether a server answers behind the socket. That, and nothing else, proves that one runs.
//!
//! Three answers matter to who waits: it is there; it is on its way (starting, recovering,
//! stopping, full), so wait; it is absent, so it may have to be started. Anything else, such as a
//! missing role, is an error that waiting does not cure.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

const PROBE_WITHIN: Duration = Duration::from_secs(5);

pub(crate) enum Answer {
    Ready,
    OnItsWay,
    Absent,
    Refused(tokio_postgres::Error),
}

pub(crate) async fn probe(config: &Config) -> Answer {
    match timeout(PROBE_WITHIN, config.connect(NoTls)).await {
        Ok(Ok(_connected)) => Answer::Ready,
        Ok(Err(error)) => classify(error),
        Err(_) => Answer::OnItsWay,
    }
}

fn classify(error: tokio_postgres::Error) -> Answer {
    if let Some(state) = error.code() {
        return match *state {
            SqlState::CANNOT_CONNECT_NOW | SqlState::TOO_MANY_CONNECTIONS => Answer::OnItsWay,
            _ => Answer::Refused(error),
        };
    }
    match error
        .source()
        .and_then(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind)
    {
        Some(ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Answer::Absent,
        Some(ErrorKind::PermissionDenied) => Answer::Refused(error),
        _ => Answer::OnItsWay,
    }
}
