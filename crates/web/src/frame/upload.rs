//! Reading a form that carries files.

use axum::{
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::StatusCode,
};

use crate::{
    error::{Failure, Fault, Reason},
    route::limits_of,
};

/// A multipart form, bounded by the endpoint's body limit and by the number of its parts. Its token was checked before.
#[derive(Debug, Default)]
pub struct Upload {
    fields: Vec<(String, String)>,
    files: Vec<UploadedFile>,
}

/// A file as it was sent. Name and bytes are hostile.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    /// The field it came in.
    pub field: String,
    /// Its name, made safe.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Upload {
    /// The first value of a field, empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.fields.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The files of a field; empty inputs are left out.
    pub fn into_files(self) -> Vec<UploadedFile> {
        self.files
    }

    /// The first file of a field.
    pub fn file(&self, field: &str) -> Option<&UploadedFile> {
        self.files.iter().find(|file| file.field == field)
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let limits = limits_of(request.extensions());
        let multipart = Multipart::from_request(request, state).await;
        let mut multipart = multipart.map_err(|_| Failure::WrongMedia {
            expected: "multipart/form-data",
        })?;
        let mut upload = Self::default();
        while let Some(part) = multipart.next_field().await.map_err(broken)? {
            let before = upload.fields.len() + upload.files.len();
            if before >= limits.max_parts {
                return Err(too_much("form", before + 1, limits.max_parts));
            }
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(kaname_intake::safe_file_name);
            let bytes = part.bytes().await.map_err(broken)?;
            match file_name {
                Some(_) if bytes.is_empty() => {}
                Some(file_name) => upload.files.push(UploadedFile {
                    field: name,
                    name: file_name,
                    bytes: bytes.to_vec(),
                }),
                None if bytes.len() > limits.field_bytes() => {
                    return Err(too_much(&name, bytes.len(), limits.field_bytes()));
                }
                None => {
                    let text = String::from_utf8(bytes.to_vec());
                    let text = text.map_err(|_| Failure::Malformed {
                        at: name.clone(),
                        why: "the field is not UTF-8".to_owned(),
                    })?;
                    upload.fields.push((name, text));
                }
            }
        }
        Ok(upload)
    }
}

fn too_much(at: &str, actual: usize, limit: usize) -> Failure {
    let why = Reason::new("refused-too-much")
        .with("field", at)
        .with("actual", actual.to_string())
        .with("limit", limit.to_string());
    let at = at.to_owned();
    let words = None;
    Failure::Invalid(vec![Fault { at, why, words }])
}

fn broken(error: MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::BadRequest,
    }
}
