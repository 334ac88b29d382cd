//! JSON shapes for the edges: the only modules that name serde.
