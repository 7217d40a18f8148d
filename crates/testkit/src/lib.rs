//! Private PostgreSQL clusters for tests.
