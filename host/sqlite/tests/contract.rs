//! The SQLite backend keeps the contract, on a file and as a temporary store.

mod kit;

mod file {
    use doorward_sqlite::Sqlite;
    use doorward_store::conformance::{Fixture, suite};

    use super::kit::{Dir, options};

    fn fixture() -> Fixture {
        let dir = Dir::new();
        let open = move || Sqlite::open(&dir.path("store.db"), &options());
        Fixture::reopening(move || open().expect("the store opens"))
    }

    suite!(fixture(), durable);
}

mod temporary {
    use doorward_sqlite::Sqlite;
    use doorward_store::conformance::{Fixture, suite};

    use super::kit::options;

    suite!(Fixture::new(Sqlite::temporary(&std::env::temp_dir(), &options()).expect("it opens")));
}
