//! From the outbox to live pages: this node's own notices and those other nodes wrote.

use crate::{
    error::WorldError,
    world::{News, World},
};

impl World {
    /// Reads notices after `position` and tells listeners; gives the new position. Each node runs it
    /// in a loop: with one node it is the in-process bus, with several the table carries across.
    pub async fn pump(&self, position: u64) -> Result<u64, WorldError> {
        let notices = self.store().notices(position).await?;
        let mut newest = position;
        for notice in notices {
            newest = newest.max(notice.position);
            // Nobody listening is no error.
            let _ = self.news.send(News {
                topic: notice.topic,
                position: notice.position,
            });
        }
        self.follow_outlets().await?;
        self.follow_readers().await?;
        Ok(newest)
    }
}
