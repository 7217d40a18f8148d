//! The HTTP API, sign-in, live events and the embedded web app.
