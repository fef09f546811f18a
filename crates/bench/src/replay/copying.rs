//! The reference: PostgreSQL copies all columns of all events to a client that counts bytes.

use event_store::connect;
use futures_util::TryStreamExt;
use serde::Serialize;
use std::error::Error;
use std::pin::pin;
use std::time::Instant;
use tokio_postgres::Config;

/// In which order the rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they lie.
    None,
    /// As they were appended.
    Positions,
}

/// One reading.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Copied {
    pub seconds: f64,
    pub bytes: u64,
}

impl Order {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "COPY, in no order",
            Self::Positions => "COPY, by position",
        }
    }

    fn statement(self) -> &'static str {
        match self {
            Self::None => "COPY (SELECT * FROM events) TO STDOUT (FORMAT binary)",
            Self::Positions => {
                "COPY (SELECT * FROM events ORDER BY journal, position) TO STDOUT (FORMAT binary)"
            }
        }
    }
}

/// Reads everything once.
pub async fn copy(config: &Config, order: Order) -> Result<Copied, Box<dyn Error>> {
    let connection = connect(config).await?;
    let began = Instant::now();
    let mut copied = pin!(connection.client.copy_out(order.statement()).await?);
    let mut bytes = 0;
    while let Some(some) = copied.try_next().await? {
        bytes += u64::try_from(some.len())?;
    }
    Ok(Copied {
        seconds: began.elapsed().as_secs_f64(),
        bytes,
    })
}
