//! The catalogue: products, SKUs, the codes on them, pictures, and finding any of them.
//!
//! Everything is a method of [`Store`](crate::Store): [`CatalogUnit`] records what an import or
//! the demo brings, `list_products` browses and searches, `product` and `skus_by_code` answer for
//! one thing, `put_image` keeps pictures, and `imports` is the history of imports.

mod identifier;
mod image;
mod imports;
mod load;
mod product;
mod search;
mod summary;
#[cfg(test)]
mod tests;
mod words;
mod write;

pub(crate) use identifier::find_skus;
pub use identifier::{IDENTIFIER_HITS_MAX, IdentifierHit};
pub use image::{IMAGE_BYTES_MAX, Image, ImageError};
pub use imports::{Import, ImportKind, ImportMode, ImportStatus, NewImport};
pub use load::{KnownProduct, KnownSku};
pub use product::{Identifier, ProductDetail, ProductRef, SkuDetail, SkuRef};
pub(crate) use product::{sku_ref, with_products};
pub(crate) use search::has_words;
pub use search::{PAGE_MAX, ProductCursor, ProductPage, ProductQuery, SEARCH_CHARS_MAX};
pub use summary::ProductSummary;
pub(crate) use write::add_identifier;
pub use write::{CatalogUnit, Changes, SkuWrite, Written};
