//! Entities, migrations, repositories and the posting engine.
