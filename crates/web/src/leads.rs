//! The leads of a campaign (campaign API, section 1.12): `/api/campaigns/{id}/leads`.
//!
//! Who people are goes to the crate `people` beside the command and never into an event, a stored
//! answer or an error: what is wrong is told by index and field. After draft the roster is frozen,
//! as every refusal says.

mod adding;
mod editing;
mod lead_json;
mod listing;
mod removing;

pub(crate) use adding::add;
pub(crate) use editing::edit;
pub(crate) use lead_json::LeadJson;
pub(crate) use listing::list;
pub(crate) use removing::remove;

// The macros of the OpenAPI document look for their paths beside the handlers.
pub(crate) use adding::__path_add;
pub(crate) use editing::__path_edit;
pub(crate) use listing::__path_list;
pub(crate) use removing::__path_remove;

use crate::server::several;
use actix_web::web::{self, ServiceConfig};

/// The paths of leads.
pub(crate) fn routes(routes: &mut ServiceConfig) {
    routes.service(
        several("/api/campaigns/{id}/leads", "DELETE, GET, PATCH, POST")
            .route(web::get().to(list))
            .route(web::post().to(add))
            .route(web::patch().to(edit))
            .route(web::delete().to(remove)),
    );
}
