//! Changing what a campaign is told to be.

use super::{Decision, assigning};
use crate::event::{
    CampaignSequenceChanged, CampaignSettingsChanged, Nothing, OneProspect, Prospects,
};
use crate::{
    BadSequence, Command, Content, Event, Known, Node, NodeId, NodeKind, PROSPECTS_ADDED_MAX,
    PROSPECTS_REMOVED_MAX, Present, ProspectId, Rejection, Sequence, SettingsPatch, Stage,
};
use std::collections::HashSet;

/// Draft-only keys are silently ignored after draft (campaign API, section 1.4).
pub(super) fn change_settings(
    campaign: &Present,
    patch: &SettingsPatch,
    known: &Known<'_>,
) -> Decision {
    let mut patch = match campaign.stage {
        Stage::Draft => patch.clone(),
        _ => patch.clone().after_draft(),
    };
    if let Some(ids) = &mut patch.sender_account_ids {
        *ids = assigning::assigned(ids, campaign.settings.channel.kind(), known)?;
    }
    let settings = patch.applied_to(&campaign.settings);
    if settings.name != campaign.settings.name && known.name_owner.is_some() {
        return Err(Rejection::NameTaken);
    }
    if settings == *campaign.settings {
        return Ok(vec![]);
    }
    Ok(vec![Event::CampaignSettingsChanged(Box::new(
        CampaignSettingsChanged { settings },
    ))])
}

/// The whole sequence at once; `end` must be included (campaign API, section 1.4).
pub(super) fn replace_sequence(campaign: &Present, nodes: &[Node]) -> Decision {
    let channel = campaign.settings.channel.kind();
    let sequence = Sequence::new(nodes.to_vec(), channel).map_err(Rejection::Sequence)?;
    Ok(changed(campaign, sequence.nodes().to_vec()))
}

/// Settings and sequence together: a sequence that is none leaves the settings as they are too.
/// After draft it is silently ignored, whatever it says (campaign API, section 1.4).
pub(super) fn update(
    campaign: &Present,
    patch: &SettingsPatch,
    nodes: Option<&[Node]>,
    known: &Known<'_>,
) -> Decision {
    let mut events = change_settings(campaign, patch, known)?;
    if let Some(nodes) = nodes
        && campaign.stage == Stage::Draft
    {
        events.extend(replace_sequence(campaign, nodes)?);
    }
    Ok(events)
}

/// One step at a time. Unlike a whole replacement, this may leave the list without its `end`:
/// such a draft cannot be launched (campaign API, section 1.13).
pub(super) fn edit_sequence(campaign: &Present, command: &Command) -> Decision {
    let mut nodes = campaign.sequence.nodes().to_vec();
    match command {
        Command::AddNode { node, position } => insert(campaign, &mut nodes, node, *position)?,
        Command::MoveNode { node_id, position } => {
            let node = nodes.remove(place(&nodes, *node_id)?);
            nodes.insert((*position).min(nodes.len()), node);
        }
        Command::EditNode { node_id, patch } => {
            let found = place(&nodes, *node_id)?;
            if let Some(node) = nodes.get_mut(found) {
                (**patch).clone().apply(node);
            }
        }
        Command::RemoveNode(node_id) => {
            nodes.remove(place(&nodes, *node_id)?);
        }
        _ => return Ok(vec![]),
    }
    Ok(changed(campaign, nodes))
}

fn insert(
    campaign: &Present,
    nodes: &mut Vec<Node>,
    node: &Node,
    position: Option<usize>,
) -> Result<(), Rejection> {
    let before_end = nodes.iter().position(|other| other.kind == NodeKind::End);
    let position = position
        .or(before_end)
        .unwrap_or(nodes.len())
        .min(nodes.len());
    if Sequence::NODES_MAX <= nodes.len() {
        return Err(Rejection::Sequence(BadSequence::TooLong));
    }
    if !node.kind.belongs_to(campaign.settings.channel.kind()) {
        return Err(Rejection::Sequence(BadSequence::Channel(position)));
    }
    if place(nodes, node.id).is_ok() {
        return Err(Rejection::Sequence(BadSequence::Twice(position)));
    }
    nodes.insert(position, node.clone());
    Ok(())
}

fn place(nodes: &[Node], id: NodeId) -> Result<usize, Rejection> {
    nodes
        .iter()
        .position(|node| node.id == id)
        .ok_or(Rejection::NodeNotFound)
}

fn changed(campaign: &Present, nodes: Vec<Node>) -> Vec<Event> {
    if nodes == campaign.sequence.nodes() {
        return vec![];
    }
    vec![Event::CampaignSequenceChanged(CampaignSequenceChanged {
        nodes,
    })]
}

/// 1 to [`PROSPECTS_ADDED_MAX`] new ones, each within reach of the channel, or nobody is added;
/// whoever is there already, by id or by identity, or comes twice, is left out (campaign API,
/// section 1.12).
pub(super) fn add_prospects(campaign: &Present, ids: &[ProspectId], known: &Known<'_>) -> Decision {
    let fresh = distinct(ids, PROSPECTS_ADDED_MAX)?;
    if let Some(row) = known.people.unreachable {
        let channel = campaign.settings.channel.kind();
        return Err(Rejection::Unreachable { row, channel });
    }
    let repeated: HashSet<_> = known.people.repeated.iter().collect();
    let added: Vec<_> = fresh
        .into_iter()
        .filter(|id| known.roster.find(*id).is_none() && !repeated.contains(id))
        .collect();
    if added.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![Event::ProspectsAdded(Prospects {
        prospect_ids: added,
    })])
}

/// What is on file changes, who they are reached as included; the channel must still reach them,
/// and nobody else of the campaign may be the same.
pub(super) fn edit_prospect(campaign: &Present, id: ProspectId, known: &Known<'_>) -> Decision {
    let channel = campaign.settings.channel.kind();
    if known.roster.find(id).is_none() {
        return Err(Rejection::ProspectNotFound);
    }
    if known.people.unreachable.is_some() {
        return Err(Rejection::IdentityRequired(channel));
    }
    if known.people.repeated.contains(&id) {
        return Err(Rejection::IdentityTaken(channel));
    }
    if known.people.unchanged {
        return Ok(vec![]);
    }
    Ok(vec![Event::ProspectDetailsChanged(OneProspect {
        prospect_id: id,
    })])
}

/// 1 to [`PROSPECTS_REMOVED_MAX`]; ids that are not there are left out.
pub(super) fn remove_prospects(ids: &[ProspectId], known: &Known<'_>) -> Decision {
    let named = distinct(ids, PROSPECTS_REMOVED_MAX)?;
    let removed: Vec<_> = named
        .into_iter()
        .filter(|id| known.roster.find(*id).is_some())
        .collect();
    if removed.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![Event::ProspectsRemoved(Prospects {
        prospect_ids: removed,
    })])
}

pub(super) fn remove_all(campaign: &Present) -> Vec<Event> {
    if campaign.census.total() == 0 {
        return vec![];
    }
    vec![Event::AllProspectsRemoved(Nothing {})]
}

fn distinct(ids: &[ProspectId], count_max: usize) -> Result<Vec<ProspectId>, Rejection> {
    if ids.is_empty() || count_max < ids.len() {
        return Err(Rejection::ProspectCount(count_max));
    }
    let mut seen = HashSet::new();
    Ok(ids.iter().copied().filter(|id| seen.insert(*id)).collect())
}

/// The two steps that a new campaign begins with (campaign API, section 1.3).
impl Sequence {
    /// Seeds `[email, end]` or `[connection_request, end]` with the given ids.
    #[must_use]
    pub fn seed(channel: crate::ChannelKind, first: NodeId, end: NodeId) -> Vec<Node> {
        let (kind, content) = match channel {
            crate::ChannelKind::Email => {
                let empty = Some(String::new());
                (
                    NodeKind::Email,
                    Content {
                        subject: empty.clone(),
                        body: empty,
                        ..Content::default()
                    },
                )
            }
            crate::ChannelKind::Linkedin => (NodeKind::ConnectionRequest, Content::default()),
        };
        let delay = crate::Delay::default();
        vec![
            Node {
                id: first,
                kind,
                content,
                delay,
            },
            Node {
                id: end,
                kind: NodeKind::End,
                content: Content::default(),
                delay,
            },
        ]
    }
}
