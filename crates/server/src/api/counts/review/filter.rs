//! Which lines: asked the same way for the list and for decisions about many at once.

use onhand_domain::count;
use onhand_store::counts::{CountLines, LineFacts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{count_line::LineStatus, viewer::Viewer};
use crate::{Problem, api::ApiResult};

/// Longest text that is searched for, in characters.
const SEARCH_CHARS_MAX: usize = 200;

/// A group of lines, as a reviewer asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupFilter {
    /// Those that wait for the caller.
    NeedsMe,
    /// Worth so much that they are looked at first.
    Large,
    /// Something about them is strange.
    Odd,
    /// Differing a little.
    Small,
    /// The record may have been right.
    Consistent,
}

/// Which lines, ready to be asked of each.
pub(super) struct Filter {
    statuses: Vec<LineStatus>,
    group: Option<GroupFilter>,
    words: Vec<String>,
}

impl Filter {
    /// Reads a filter; `at` says where it stands in the request.
    pub(super) fn read(
        status: Option<&str>,
        group: Option<GroupFilter>,
        q: Option<&str>,
        at: impl Fn(&str) -> String,
    ) -> ApiResult<Self> {
        let named = |word: &str| {
            serde_json::from_value(serde_json::Value::String(word.trim().to_owned()))
                .map_err(|_| Problem::invalid(at("status"), format!("{word:?} is no status")))
        };
        let statuses = status.into_iter().flat_map(|all| all.split(','));
        let statuses = statuses.map(named).collect::<ApiResult<_>>()?;
        let q = q.unwrap_or_default();
        if q.chars().count() > SEARCH_CHARS_MAX {
            return Err(Problem::invalid(
                at("q"),
                format!("at most {SEARCH_CHARS_MAX} characters"),
            ));
        }
        let words = q.split_whitespace().map(str::to_lowercase).collect();
        Ok(Self { statuses, group, words })
    }

    /// Whether only somebody who knows what the record expects can ask this.
    pub(super) fn tells(&self) -> bool {
        self.group.is_some()
    }

    /// Whether the line is one of them, as this viewer sees it.
    pub(super) fn finds(&self, viewer: &Viewer, all: &CountLines, facts: &LineFacts) -> bool {
        let status = LineStatus::from(viewer.status(facts));
        viewer.is_shown(facts, all)
            && (self.statuses.is_empty() || self.statuses.contains(&status))
            && self.group.is_none_or(|group| is_in(group, viewer, all, facts))
            && self.matches(facts)
    }

    fn matches(&self, facts: &LineFacts) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let code = facts.code.as_deref().unwrap_or_default();
        let text = format!("{code} {}", facts.title).to_lowercase();
        self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

fn is_in(group: GroupFilter, viewer: &Viewer, all: &CountLines, facts: &LineFacts) -> bool {
    let wanted = match group {
        GroupFilter::NeedsMe => return viewer.is_needed(all, facts),
        GroupFilter::Large => count::Group::Large,
        GroupFilter::Odd => count::Group::Odd,
        GroupFilter::Small => count::Group::Small,
        GroupFilter::Consistent => count::Group::Consistent,
    };
    group_of(all, facts) == Some(wanted)
}

/// Where a reviewer finds the line; none where nobody has looked.
pub(super) fn group_of(all: &CountLines, facts: &LineFacts) -> Option<count::Group> {
    let seen = facts.line.seen.as_ref()?;
    Some(all.policy.policy.group(seen, facts.reading()?, facts.unit_value))
}
