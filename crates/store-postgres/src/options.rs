//! How the scale-out store behaves.

use kaname_store::StoreError;

/// Settings of a [`crate::PostgresStore`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    /// Schema of the world; made when it does not exist. Lower-case letters, digits and `_`.
    pub schema: String,
    /// Most connections of this node.
    pub connections: usize,
    /// Longest time for one statement, in milliseconds.
    pub statement_timeout_ms: u32,
    /// Whether a server beyond this machine may be spoken to without TLS (on a network of its own).
    pub plain_network: bool,
    /// Who this is, as others are told when it stands in their way.
    pub name: String,
    /// Whether nobody else may use the world meanwhile.
    pub alone: bool,
    /// Whether a schema that does not exist, or holds nothing, is made into a world.
    pub make: bool,
    /// Whether it is only looked at: it is neither brought to another version nor marked as in use.
    pub looks: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            schema: "kaname".to_owned(),
            connections: 16,
            statement_timeout_ms: 60_000,
            plain_network: false,
            name: "kaname".to_owned(),
            alone: false,
            make: true,
            looks: false,
        }
    }
}

impl PostgresOptions {
    /// Refuses names that would need quoting: the schema's name stands in a connection option.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        check_schema(&self.schema)
    }
}

/// Refuses a schema name that would need quoting.
///
/// # Errors
/// [`StoreError::Schema`] with a hint.
pub fn check_schema(schema: &str) -> Result<(), StoreError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let first = schema.chars().next();
    if first.is_none_or(|c| !c.is_ascii_lowercase())
        || schema.len() > 48
        || !schema.chars().all(fits)
        || schema.starts_with("pg_")
    {
        return Err(StoreError::Schema(format!(
            "`{schema}` is no schema name for a world\n\
             hint: up to 48 lower-case letters, digits and `_`, beginning with a letter"
        )));
    }
    Ok(())
}
