//! Reads Shopify's product and inventory exports into the catalogue.
