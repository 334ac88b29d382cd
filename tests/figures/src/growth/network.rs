//! What a network costs that a tenth of all accounts are in: a page of it, coming in, a kick, and being deleted.

use super::fill::{MEMBERS_OF, NETWORK};
use super::{FEW, MANY, Server};
use crate::measure::{Sample, summarise};
use crate::table::Row;
use doorward_client::Sharing;
use doorward_core::SpaceId;
use doorward_core::record::{JoinRule, keys};
use doorward_core::view::UpdateSpaceBody;
use doorward_tests::Oops;
use doorward_tests::load::StoreFile;
use std::time::{Duration, Instant};

/// Pages of 100 members, and people who come in or are shown the door.
const PAGES: usize = 40;
const PEOPLE: usize = 24;

/// Measures the networks of both servers.
pub(super) async fn measure(servers: &[Server; 2]) -> Result<Vec<Row>, Oops> {
    let [_, many] = servers;
    let members = MANY / MEMBERS_OF;
    let mut pages = many.member_pages().await?;
    let page = summarise(&mut pages);
    let mut rows = vec![Row {
        id: "P10",
        what: format!("a page of 100 members of a network of {members}"),
        ours: format!("{:.1} ms (p99 {:.1})", page.median, page.p99),
        peer: String::new(),
        ratio: None,
        target: "≤ 20 ms",
        holds: page.median <= 20.0,
    }];
    let [few_enter, many_enter] = [servers[0].enters().await?, many.enters().await?];
    rows.push(growth("enter a network over HTTP", many_enter, few_enter));
    let [few_kick, many_kick] = [servers[0].kicks().await?, many.kicks().await?];
    rows.push(growth("kick from a network over HTTP", many_kick, few_kick));
    let (answered, cleared) = many.delete().await?;
    rows.push(Row {
        id: "P10",
        what: format!("delete a network of {members} members"),
        ours: format!("{answered:.1} ms until it is gone, {cleared:.0} s until it is cleared away"),
        peer: String::new(),
        ratio: None,
        target: "gone ≤ 20 ms",
        holds: answered <= 20.0,
    });
    Ok(rows)
}

fn growth(what: &str, many: Sample, few: Sample) -> Row {
    let show = |sample: Sample| format!("{:.2} ms (p99 {:.2})", sample.median, sample.p99);
    let ratio = many.median / few.median;
    Row {
        id: "P8",
        what: what.into(),
        ours: format!("{} members: {}", MANY / MEMBERS_OF, show(many)),
        peer: format!("{} members: {}", FEW / MEMBERS_OF, show(few)),
        ratio: Some(ratio),
        target: "≤ 1.5×",
        holds: ratio <= 1.5,
    }
}

impl Server {
    /// Milliseconds of pages of members, one after the other.
    async fn member_pages(&self) -> Result<Vec<f64>, Oops> {
        let (mut times, mut after) = (Vec::with_capacity(PAGES), None);
        for _ in 0..PAGES {
            let start = Instant::now();
            let page = self.owner.session().members(&NETWORK, after.as_ref(), Some(100)).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            if page.items.len() != 100 {
                return Err(format!("a page of {}", page.items.len()).into());
            }
            after = page.next;
        }
        Ok(times)
    }

    /// Milliseconds of entering, each by somebody new at the server.
    async fn enters(&self) -> Result<Sample, Oops> {
        let session = self.owner.session();
        let open = UpdateSpaceBody { join_rule: Some(JoinRule::Open.into()), ..UpdateSpaceBody::default() };
        session.update_space(&SpaceId::SERVER, open).await?;
        let mut times = Vec::with_capacity(PEOPLE);
        for number in 0..PEOPLE {
            let handle = format!("Newcomer {number}");
            let guest = session.client().sign_in(session.client().new_identity(&handle)?, Sharing::Refused)?;
            guest.join(&SpaceId::SERVER, &handle).await?;
            let start = Instant::now();
            guest.enter(&NETWORK).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        Ok(summarise(&mut times))
    }

    /// Milliseconds of kicks.
    async fn kicks(&self) -> Result<Sample, Oops> {
        let mut times = Vec::with_capacity(PEOPLE);
        // Every tenth is in; the first owns it.
        for key in self.people.iter().step_by(MEMBERS_OF as usize).skip(1).take(PEOPLE) {
            let start = Instant::now();
            self.owner.session().kick(&NETWORK, key).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        Ok(summarise(&mut times))
    }

    /// Deletes the network: milliseconds until the answer, and seconds until housekeeping has nothing left to do.
    async fn delete(&self) -> Result<(f64, f64), Oops> {
        let start = Instant::now();
        self.owner.session().delete_space(&NETWORK).await?;
        let answered = start.elapsed().as_secs_f64() * 1e3;
        // Its count is the last that goes.
        let file = StoreFile::open(&self.daemon.store())?;
        while file.get(&keys::members(&NETWORK))?.is_some() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if start.elapsed() > Duration::from_secs(900) {
                return Err("housekeeping does not come to an end".into());
            }
        }
        Ok((answered, start.elapsed().as_secs_f64()))
    }
}
