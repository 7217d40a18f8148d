//! Rows into the domain's words. The two drivers' rows are different types with the same
//! methods, so the readers are written once and made for each.

use onhand_domain::{
    MovementKind, Place,
    count::CountStatus,
    encode::Hash,
    movement::Origin,
    order::OrderStatus,
    request::{Because, RequestStatus},
};

use crate::StoreError;

/// A hash as it stands in the database.
pub(super) fn hash(table: &'static str, bytes: Vec<u8>) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|bytes: Vec<u8>| StoreError::Inconsistent {
        table,
        what: format!("a hash of {} bytes", bytes.len()),
    })
}

macro_rules! code_reader {
    ($($(#[$doc:meta])* $name:ident -> $type:ty,)*) => {$(
        $(#[$doc])*
        pub(super) fn $name(code: &str) -> Result<$type, StoreError> {
            <$type>::from_code(code).ok_or_else(|| StoreError::Inconsistent {
                table: "the ledger",
                what: format!("{code:?} as {}", stringify!($name)),
            })
        }
    )*};
}

code_reader! {
    /// A place.
    place -> Place,
    /// A movement's kind.
    kind -> MovementKind,
    /// A movement's origin.
    origin -> Origin,
    /// A request's status.
    request_status -> RequestStatus,
    /// An order's status.
    order_status -> OrderStatus,
    /// A count's status.
    count_status -> CountStatus,
}

/// Codes separated by spaces.
pub(super) fn because(codes: &str) -> Result<Vec<Because>, StoreError> {
    codes
        .split_whitespace()
        .map(|code| {
            Because::from_code(code).ok_or_else(|| StoreError::Inconsistent {
                table: "variance_requests",
                what: format!("{code:?} as because"),
            })
        })
        .collect()
}

/// Makes the readers for one driver's row.
macro_rules! row_readers {
    ($row:ty) => {
        use onhand_domain::{
            Micros, Money, Movement, MovementId, Quantities, order::OrderLine, plan::view,
            request::Request,
        };
        use uuid::Uuid;

        use $crate::{StoreError, engine::rows};

        pub(super) fn quantities(row: &$row, prefix: &str) -> Result<Quantities, StoreError> {
            let get = |state: &str| -> Result<i64, StoreError> {
                let column = format!("{prefix}{state}");
                Ok(row.try_get::<Option<i64>, _>(column.as_str())?.unwrap_or_default())
            };
            Ok(Quantities {
                available: get("available")?,
                committed: get("committed")?,
                reserved: get("reserved")?,
                damaged: get("damaged")?,
                quality_control: get("quality_control")?,
                safety_stock: get("safety_stock")?,
            })
        }

        pub(super) fn movement(row: &$row) -> Result<Movement, StoreError> {
            let code = |column: &str| row.try_get::<String, _>(column);
            let id = |column: &str| row.try_get::<Option<Uuid>, _>(column);
            Ok(Movement {
                id: MovementId(row.try_get("id")?),
                facility: row.try_get::<Uuid, _>("facility_id")?.into(),
                seq: row.try_get("seq")?,
                sku: row.try_get::<Uuid, _>("sku_id")?.into(),
                kind: rows::kind(&code("kind")?)?,
                quantity: row.try_get("quantity")?,
                from: rows::place(&code("from_place")?)?,
                to: rows::place(&code("to_place")?)?,
                reason: row.try_get("reason")?,
                effective_at: Micros(row.try_get("effective_at")?),
                recorded_at: Micros(row.try_get("recorded_at")?),
                actor: row.try_get::<Uuid, _>("actor_id")?.into(),
                device: row.try_get("device")?,
                origin: rows::origin(&code("origin")?)?,
                origin_key: row.try_get("origin_key")?,
                note: row.try_get("note")?,
                reverses: id("reverses")?.map(Into::into),
                corrects: id("corrects")?.map(Into::into),
                order_line: id("order_line_id")?.map(Into::into),
                unit_cost: row.try_get::<Option<i64>, _>("unit_cost")?.map(Money),
                after: quantities(row, "after_")?,
                fingerprint: rows::hash("movements", row.try_get("fingerprint")?)?,
                hash: rows::hash("movements", row.try_get("hash")?)?,
            })
        }

        fn known(row: &$row) -> Result<view::Known, StoreError> {
            let reversed_by: Option<Uuid> = row.try_get("reversed_by")?;
            Ok(view::Known { movement: movement(row)?, reversed_by: reversed_by.map(MovementId) })
        }

        fn head(row: &$row) -> Result<view::Head, StoreError> {
            let Some(seq) = row.try_get::<Option<i64>, _>("seq")? else {
                return Ok(view::Head::default());
            };
            Ok(view::Head {
                seq,
                hash: rows::hash("ledger_heads", row.try_get("hash")?)?,
                recorded_at: Micros(row.try_get("recorded_at")?),
            })
        }

        fn facility(row: &$row) -> Result<view::Facility, StoreError> {
            Ok(view::Facility {
                opened_at: Micros(row.try_get("opened_at")?),
                active: row.try_get("active")?,
            })
        }

        fn sku(row: &$row) -> Result<view::Sku, StoreError> {
            let money = |column: &str| row.try_get::<Option<i64>, _>(column);
            Ok(view::Sku {
                tracked: row.try_get("tracked")?,
                cost: money("cost")?.map(Money),
                price: money("price")?.map(Money),
            })
        }

        fn request(row: &$row) -> Result<Request, StoreError> {
            Ok(Request {
                id: MovementId(row.try_get("id")?),
                facility: row.try_get::<Uuid, _>("facility_id")?.into(),
                sku: row.try_get::<Uuid, _>("sku_id")?.into(),
                quantity: row.try_get("quantity")?,
                reason: row.try_get("reason")?,
                note: row.try_get("note")?,
                effective_at: Micros(row.try_get("effective_at")?),
                reported_by: row.try_get::<Uuid, _>("reported_by")?.into(),
                reported_at: Micros(row.try_get("reported_at")?),
                device: row.try_get("device")?,
                because: rows::because(&row.try_get::<String, _>("because")?)?,
                value: row.try_get::<Option<i64>, _>("value")?.map(Money),
                fingerprint: rows::hash("variance_requests", row.try_get("fingerprint")?)?,
                status: rows::request_status(&row.try_get::<String, _>("status")?)?,
                decided_by: row.try_get::<Option<Uuid>, _>("decided_by")?.map(Into::into),
                decided_at: row.try_get::<Option<i64>, _>("decided_at")?.map(Micros),
                decision_note: row.try_get("decision_note")?,
            })
        }

        fn anchor(row: &$row) -> Result<view::Anchor, StoreError> {
            Ok(view::Anchor {
                id: row.try_get::<Uuid, _>("id")?.into(),
                counted: row.try_get("counted")?,
                variance: row.try_get("variance")?,
                fingerprint: rows::hash("anchors", row.try_get("fingerprint")?)?,
                voided: row.try_get("voided")?,
            })
        }

        fn work_order(row: &$row) -> Result<view::WorkOrder, StoreError> {
            Ok(view::WorkOrder {
                facility: row.try_get::<Uuid, _>("facility_id")?.into(),
                status: rows::count_status(&row.try_get::<String, _>("status")?)?,
                version: row.try_get("version")?,
                closed_by: row.try_get::<Option<Uuid>, _>("closed_by")?.map(Into::into),
            })
        }

        fn order_line(row: &$row) -> Result<OrderLine, StoreError> {
            Ok(OrderLine {
                id: row.try_get::<Uuid, _>("id")?.into(),
                facility: row.try_get::<Uuid, _>("facility_id")?.into(),
                sku: row.try_get::<Uuid, _>("sku_id")?.into(),
                quantity: row.try_get("quantity")?,
                open_quantity: row.try_get("open_quantity")?,
                dropped: row.try_get("dropped")?,
            })
        }
    };
}
pub(super) use row_readers;
