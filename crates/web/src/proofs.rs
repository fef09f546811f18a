//! What was signed of a journal, and proofs of it.

use crate::app::App;
use crate::caller::internal;
use crate::problem::{Detached, ErrorJson, Problem};
use crate::query;
use crate::read::read;
use crate::server::only;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use event_store::JournalId;
use ledger::{ConsistencyProof, Hash, ProveError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The paths, in reading order.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes
        .service(only(
            "/internal/ledger/{journal}/checkpoint",
            "GET",
            web::get().to(checkpoint),
        ))
        .service(only(
            "/internal/ledger/{journal}/proof",
            "GET",
            web::get().to(proof),
        ));
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "says what the path has; it is read as a text")]
struct JournalPath {
    /// The journal's number.
    #[param(minimum = 0, maximum = 1023)]
    journal: i16,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// For a proof of inclusion: the event's place in the journal, from 1.
    #[param(minimum = 1)]
    position: Option<i64>,
    /// For a proof of inclusion: under the latest checkpoint of at most so many events, the latest
    /// of all if not said.
    #[param(minimum = 1)]
    size: Option<i64>,
    /// For a proof of consistency: the size of the older checkpoint.
    #[param(minimum = 1)]
    from: Option<i64>,
    /// For a proof of consistency: the size of the newer checkpoint, the latest if not said.
    #[param(minimum = 1)]
    to: Option<i64>,
}

/// The latest checkpoint of a journal.
///
/// A signed note in the form of C2SP `tlog-checkpoint`: how many events were sealed, and the root of
/// their Merkle tree. Save it where this service cannot reach it: what is verified against it later
/// cannot have been changed since.
#[utoipa::path(
    get, path = "/internal/ledger/{journal}/checkpoint", tag = "ledger",
    params(JournalPath),
    responses(
        (status = 200, description = "The signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "`checkpoint_not_found`: nothing was signed yet", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn checkpoint(
    request: HttpRequest,
    app: web::Data<App>,
    journal: Path<String>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let journal = parse_journal(&journal)?;
    let found = read(&app, async |client| {
        ledger::find_checkpoint(&***client, journal, u64::MAX).await
    });
    let found = found.await?.ok_or(Problem::NoSuchCheckpoint)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(found.note))
}

/// A proof that an event is in a journal, or that a checkpoint continues an older one.
///
/// With `position`: a file that `fermata verify-proof` checks without database and network, as
/// `fermata prove` writes it. With `from`: the two checkpoints and the hashes of RFC 6962, section
/// 2.1.2.
#[utoipa::path(
    get, path = "/internal/ledger/{journal}/proof", tag = "ledger",
    params(JournalPath, Asked),
    responses(
        (status = 200, description = "The proof", body = ProofJson),
        (status = 404, description = "`event_not_found`, `checkpoint_not_found`, `not_sealed_yet`", body = ErrorJson),
        (status = 410, description = "`events_detached`: the event is in a partition of the archive that is not attached", body = ErrorJson),
        (status = 500, description = "`ledger_altered`: the database does not hold what was signed", body = ErrorJson),
    ),
    security(("internal_key" = [])),
)]
pub(crate) async fn proof(
    request: HttpRequest,
    app: web::Data<App>,
    journal: Path<String>,
) -> Result<HttpResponse, Problem> {
    internal(&request, &app).await?;
    let journal = parse_journal(&journal)?;
    let complaint = "position, size, from and to must be whole numbers";
    let asked: Asked = query::parse(&request, complaint)?;
    match wanted(&asked)? {
        Wanted::Inclusion { position, size } => {
            let proof = read(&app, async |client| {
                answered(ledger::prove_position(client, journal, position, size).await)
            });
            let text = proof.await??.write();
            let text = text.map_err(|error| Problem::unreadable(&error))?;
            Ok(HttpResponse::Ok()
                .content_type("application/json")
                .body(text))
        }
        Wanted::Consistency { from, to } => {
            let proof = read(&app, async |client| {
                answered(ledger::prove_consistency(client, journal, from, to).await)
            });
            Ok(HttpResponse::Ok().json(ConsistencyJson::of(&proof.await??)))
        }
    }
}

enum Wanted {
    Inclusion { position: u64, size: u64 },
    Consistency { from: u64, to: Option<u64> },
}

fn wanted(asked: &Asked) -> Result<Wanted, Problem> {
    match (asked.position, asked.from) {
        (Some(position), None) if asked.to.is_none() => Ok(Wanted::Inclusion {
            position: count("position", position)?,
            size: asked
                .size
                .map_or(Ok(u64::MAX), |size| count("size", size))?,
        }),
        (None, Some(from)) if asked.size.is_none() => Ok(Wanted::Consistency {
            from: count("from", from)?,
            to: asked.to.map(|to| count("to", to)).transpose()?,
        }),
        _ => Err(Problem::invalid(
            "Ask with position, and size if need be, or with from, and to if need be",
        )),
    }
}

fn count(name: &str, number: i64) -> Result<u64, Problem> {
    let counted = u64::try_from(number).ok().filter(|number| 0 < *number);
    counted.ok_or_else(|| Problem::invalid(format!("{name} must be at least 1")))
}

fn parse_journal(text: &str) -> Result<JournalId, Problem> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (0..1024).contains(number));
    number
        .map(JournalId)
        .ok_or_else(|| Problem::invalid("journal must be a number from 0 to 1023"))
}

/// What is the database's fault stays an error of the read; the rest is an answer.
fn answered<T>(proven: Result<T, ProveError>) -> Result<Result<T, Problem>, tokio_postgres::Error> {
    let problem = match proven {
        Ok(proof) => return Ok(Ok(proof)),
        Err(ProveError::Database(error)) => return Err(error),
        Err(ProveError::NoCampaign(_) | ProveError::NoEvent) => Problem::NoSuchEvent,
        Err(ProveError::Detached { position }) => {
            let position = i64::try_from(position).unwrap_or(i64::MAX);
            Problem::EventsDetached(Detached::Position(position))
        }
        Err(ProveError::NotSealed { position, signed }) => {
            Problem::NotSealedYet { position, signed }
        }
        Err(ProveError::NoCheckpoint { .. }) => Problem::NoSuchCheckpoint,
        Err(error @ (ProveError::Checkpoint(_) | ProveError::Altered(_))) => {
            let cause: &(dyn std::error::Error + 'static) = &error;
            tracing::error!(error = cause, "no proof can be made");
            Problem::LedgerAltered
        }
    };
    Ok(Err(problem))
}

/// A proof of inclusion, or of consistency.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerProof)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "says what the answer may be; each is written by its own type"
)]
pub(crate) enum ProofJson {
    /// Of an event.
    Inclusion(InclusionJson),
    /// Of two checkpoints.
    Consistency(ConsistencyJson),
}

/// One event with everything that is needed to check it.
#[derive(Serialize, ToSchema)]
#[schema(as = InclusionProof)]
pub(crate) struct InclusionJson {
    /// The form of the proof.
    #[schema(minimum = 1, maximum = 1)]
    fermata_proof: u16,
    /// The event, payload and metadata as the exact text that was hashed.
    #[schema(value_type = Object)]
    event: (),
    /// The hashes beside the way from the event's leaf to the root, in base 64.
    inclusion: Vec<String>,
    /// The signed checkpoint.
    checkpoint: String,
}

/// That a checkpoint continues an older one.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsistencyProof)]
pub(crate) struct ConsistencyJson {
    from: u64,
    to: u64,
    /// The hashes of RFC 6962, section 2.1.2, in base 64.
    hashes: Vec<String>,
    /// The older checkpoint, signed.
    from_checkpoint: String,
    /// The newer checkpoint, signed.
    to_checkpoint: String,
}

impl ConsistencyJson {
    fn of(proof: &ConsistencyProof) -> Self {
        let encode = |hash: &Hash| BASE64_STANDARD.encode(hash.0);
        Self {
            from: proof.from_size,
            to: proof.to_size,
            hashes: proof.hashes.iter().map(encode).collect(),
            from_checkpoint: proof.from.clone(),
            to_checkpoint: proof.to.clone(),
        }
    }
}
