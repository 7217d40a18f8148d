//! The words of the domain, as the description lists them: a client then knows every value that
//! can come, and one that is new shows in the description's changes.

use onhand_domain::{self as domain, channel};
use onhand_store::channels::{DeliveryKind as ToldOf, DeliveryStatus as ToldStatus};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// Types that exist for the description alone; the values are written as their words.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $codes:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                listed(concat!($($doc, "\n",)*), $codes)
            }
        }

        impl ToSchema for $name {}
    )*};
}

codes! {
    /// What kind of event moved the units.
    MovementKind = domain::MovementKind::ALL.iter().map(|kind| kind.code());
    /// Where units are: a state on the premises, on the way, or an account of the outside world.
    Place = domain::Place::ALL.iter().map(|place| place.code());
    /// What kind of system told of it.
    Origin = domain::Origin::ALL.iter().map(|origin| origin.code());
    /// Something that a role may allow.
    Permission = domain::Permission::ALL.iter().map(|permission| permission.code());
    /// What kind of principal acts.
    ActorKind = ["user", "key", "system"];
    /// What kind of code it is; `code` is the SKU code on the label.
    IdentifierKind = ["barcode", "gtin", "code", "vendor", "erp"];
    /// How an import stands.
    ImportStatus = ["running", "done", "failed"];
    /// How a channel stands: `connected` was never made equal, or is to be made so anew; `broken`
    /// is one whose shop lets nobody in.
    ChannelStatus = channel::ChannelStatus::ALL.iter().map(|word| word.code());
    /// How a shop knows who we are.
    CredentialKind = channel::CredentialKind::ALL.iter().map(|word| word.code());
    /// What is done in a job.
    ChannelJobKind = channel::JobKind::ALL.iter().map(|word| word.code());
    /// How a job stands.
    ChannelJobStatus = channel::JobStatus::ALL.iter().map(|word| word.code());
    /// By what an item was recognised.
    MatchedBy = channel::MatchedBy::ALL.iter().map(|word| word.code());
    /// Why nothing is told of an item.
    ItemProblem = channel::ItemProblem::ALL.iter().map(|word| word.code());
    /// What a push does.
    PushKind = channel::CallKind::ALL.iter().map(|word| word.code());
    /// How a push stands.
    PushStatus = channel::PushStatus::ALL.iter().map(|word| word.code());
    /// Whether a push may wait: `oversell` goes ahead of everything else.
    PushUrgency = ["oversell", "fall", "rise"];
    /// How a difference stands.
    DifferenceClass = channel::DifferenceClass::ALL.iter().map(|word| word.code());
    /// What is read again for something that a shop has told.
    DeliveryKind = ToldOf::ALL.iter().map(|word| word.code());
    /// How something that a shop has told stands.
    DeliveryStatus = ToldStatus::ALL.iter().map(|word| word.code());
    /// Why a shop was read as a whole.
    AuditKind = channel::AuditKind::ALL.iter().map(|word| word.code());
    /// How far a movement is on its way to a shop.
    Reached = channel::Reached::ALL.iter().map(|word| word.code());
    /// It was refused; nothing of it was written.
    Rejected = ["rejected"];
}

fn listed(doc: &str, codes: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    let description = doc.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(codes))
        .into()
}
