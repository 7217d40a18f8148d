//! Every GraphQL text that is sent to a shop, one file each.

/// A GraphQL operation and the name that its cost is remembered by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Document {
    /// Its file's name, without the ending.
    pub name: &'static str,
    /// The text, as it is sent.
    pub text: &'static str,
}

macro_rules! documents {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        $($(#[$doc])*
        pub const $name: Document = Document {
            name: $file,
            text: include_str!(concat!("../documents/", $file, ".graphql")),
        };)*

        /// All of them, for whoever checks them.
        pub const ALL: &[Document] = &[$($name),*];
    };
}

documents! {
    /// Adds to or takes from one state of stock.
    ADJUST = "adjust";
    /// Sets a state to a value, by compare-and-set.
    SET = "set";
    /// Moves units from one state to another at a location.
    MOVE = "move";
    /// Makes an inactive level sellable.
    ACTIVATE = "activate";
    /// What we were granted.
    SCOPES = "scopes";
    /// Who the shop is.
    SHOP = "shop";
    /// Its locations, hidden ones too.
    LOCATIONS = "locations";
    /// Its variants with their inventory items.
    ITEMS = "items";
    /// The levels of items at one location.
    LEVELS_OF = "levels_of";
    /// Levels by their own ids.
    LEVELS = "levels";
    /// The webhook subscriptions that this app has.
    WEBHOOKS = "webhooks";
    /// Subscribes to a topic.
    WEBHOOK_CREATE = "webhook_create";
    /// Ends a subscription.
    WEBHOOK_DELETE = "webhook_delete";
    /// Orders by when they were changed.
    ORDERS = "orders";
    /// One order with where it is fulfilled from, what was sent and what was taken off.
    ORDER = "order";
    /// More lines of an order.
    ORDER_LINES = "order_lines";
    /// More of where it is fulfilled from.
    ORDER_PARTS = "order_parts";
    /// All that was sent and taken off, without lines.
    ORDER_DEEDS = "order_deeds";
    /// More lines of one part, or of what was sent or taken off together.
    ORDER_DEED_LINES = "order_deed_lines";
    /// What customers bring back of an order.
    ORDER_RETURNS = "order_returns";
    /// Whose part a fulfilment order is, or a reverse one.
    ORDER_OF = "order_of";
    /// Items by their own ids, with their variants.
    ITEMS_OF = "items_of";
    /// Starts a bulk operation.
    BULK_RUN = "bulk_run";
    /// How far a bulk operation is.
    BULK_POLL = "bulk_poll";
    /// What a bulk operation runs to read every level.
    BULK_LEVELS = "bulk_levels";
}
