//! Takes a file as it comes in, into a temporary file: no upload fills the memory.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, header},
};
use futures::{Stream, StreamExt as _};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;

use crate::problem::Problem;

/// Bytes of a file that is imported: some 500,000 variants with their descriptions.
pub(super) const UPLOAD_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The form's field that holds the file.
const FIELD: &str = "file";
/// Characters of a file's name that are kept.
const FILE_NAME_CHARS_MAX: usize = 200;
/// What a file is called that came without a name.
const UNNAMED: &str = "import.csv";

/// A file that has arrived. It is removed when dropped.
pub(super) struct Upload {
    /// Where it is.
    pub(super) path: TempPath,
    /// What its sender calls it.
    pub(super) name: String,
}

/// Takes the file of a form, or a CSV that is the body.
pub(super) async fn receive(request: Request) -> Result<Upload, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let kind = kind.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match kind.as_str() {
        "text/csv" => {
            let stream = request.into_body().into_data_stream();
            let stream = stream.map(|part| part.map_err(|_| interrupted()));
            Ok(Upload { path: keep(stream).await?, name: UNNAMED.to_owned() })
        }
        "multipart/form-data" => from_form(request).await,
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body is of another kind",
        )
        .detail("send multipart/form-data with a field \"file\", or the CSV itself as text/csv")),
    }
}

async fn from_form(request: Request<Body>) -> Result<Upload, Problem> {
    let unreadable = |error: MultipartError| {
        Problem::malformed("malformed-form", format!("the form can't be read: {error}"))
    };
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::malformed("malformed-form", error.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some(FIELD) {
            continue;
        }
        let name = field.file_name().map_or_else(|| UNNAMED.to_owned(), tidy);
        let path = keep(field.map(|part| part.map_err(unreadable))).await?;
        return Ok(Upload { path, name });
    }
    Err(Problem::invalid("/file", "the form has no field \"file\""))
}

/// Writes what comes in to a temporary file, up to the limit.
async fn keep(parts: impl Stream<Item = Result<Bytes, Problem>>) -> Result<TempPath, Problem> {
    let made = tempfile::NamedTempFile::new().map_err(|error| no_disk(&error))?;
    let (file, path) = made.into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut bytes = 0;
    let mut parts = std::pin::pin!(parts);
    while let Some(part) = parts.next().await {
        let part = part?;
        bytes += part.len() as u64;
        if bytes > UPLOAD_BYTES_MAX {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The file is too large",
            )
            .detail(format!(
                "at most {} MiB: export fewer products at a time",
                UPLOAD_BYTES_MAX / (1024 * 1024)
            )));
        }
        file.write_all(&part).await.map_err(|error| no_disk(&error))?;
    }
    file.flush().await.map_err(|error| no_disk(&error))?;
    Ok(path)
}

/// A file's name without folders or control characters.
fn tidy(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = last.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect();
    if last.is_empty() { UNNAMED.to_owned() } else { plain }
}

fn interrupted() -> Problem {
    Problem::malformed("unreadable-body", "the body ended early")
}

fn no_disk(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "import.upload failed");
    Problem::internal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_alone() {
        assert_eq!(tidy("C:\\exports\\products.csv"), "products.csv");
        assert_eq!(tidy("../../etc/passwd"), "passwd");
        assert_eq!(tidy("a\n.csv"), "a.csv");
        assert_eq!(tidy(""), UNNAMED);
    }
}
