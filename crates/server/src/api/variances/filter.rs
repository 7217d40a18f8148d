//! Which variances: asked the same way for the list, its sums and its export.

/// Declares a query with the filters and members of its own.
macro_rules! variance_query {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct $name {
            /// At this facility; everywhere that the caller may see where absent.
            facility_id: Option<uuid::Uuid>,
            /// Of this SKU.
            sku_id: Option<uuid::Uuid>,
            /// With this reason.
            reason: Option<String>,
            /// Posted or approved by this person or key.
            actor_id: Option<uuid::Uuid>,
            /// Recorded at this time or later.
            from: Option<$crate::wire::ApiTime>,
            /// Recorded before this time.
            to: Option<$crate::wire::ApiTime>,
            $($own)*
        }

        impl $name {
            /// The facilities: those where the caller has the permission, or the one named.
            async fn scope(
                &self,
                caller: &$crate::caller::Caller,
                permission: onhand_domain::Permission,
            ) -> $crate::api::ApiResult<onhand_domain::FacilityScope> {
                caller.scope_at(permission, self.facility_id.map(Into::into)).await
            }

            fn filter(&self) -> onhand_store::stock::MovementFilter {
                onhand_store::stock::MovementFilter {
                    sku: self.sku_id.map(Into::into),
                    product: None,
                    kind: None,
                    reason: self.reason.clone(),
                    actor: self.actor_id.map(Into::into),
                    from: self.from.map(|at| at.0),
                    to: self.to.map(|at| at.0),
                    variances: true,
                }
            }
        }
    };
}
pub(super) use variance_query;
