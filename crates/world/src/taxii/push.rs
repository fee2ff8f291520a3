//! Sending to other TAXII servers (TAXII 2.1 §5.5): what the party behind a peer may read in one of the hub's
//! collections, read as that party's machine would read it, goes out in envelopes that the server takes. How far
//! it was taken is durable post by post: a post that was cut off before that is made again, which the server counts
//! as success (§5.5).

mod answer;
mod post;

use std::time::Duration;

use kaname_kernel::{Matter as _, PartyId, Tlp};
use kaname_policy::Action;
use kaname_sharing::{
    Collection, Outlet,
    collection::CollectionKind,
    peer::{FailedObject, PEER_SPACE, Peer, PeerChange, SentPage, Waits, Way},
    turn::trouble::{Done, Known, Trouble, in_words},
};
use kaname_store::Versions;
use serde::Serialize;

use self::{
    answer::{Answered, Server},
    post::{Outgoing, Post, Sending},
};
use super::Offered;
use crate::{
    caller::Caller,
    doors::FetchDoor,
    error::WorldError,
    outlet::{Fetch, Range},
    turn::{Ended, Stopped, Turn, TurnBounds, Turned as _},
    work::Loaded,
    world::World,
};

/// Most objects of one post.
const PAGE: u32 = 500;
/// How long a server may take to work a post through before it is made again.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// Objects that may be refused one by one, with none taken between them, before the server is taken to be at fault.
const MAX_SUSPECTS: usize = 5;
/// Turns in a row that may end so before those objects are put down as not taken, and it goes on.
const PATIENCE: u32 = 2;

/// What one sending came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// Posts that were worked through.
    pub posts: u64,
    /// Objects the peer took.
    pub sent: u64,
    /// Objects it did not take.
    pub refused: u64,
    /// Objects that the rules leave out.
    pub left_out: u64,
    /// Whether nothing is left to send.
    pub is_end: bool,
    /// Why sending stopped, when it was the peer's doing.
    #[serde(serialize_with = "in_words")]
    pub trouble: Option<Trouble>,
    /// The bound that ended it before the end.
    pub bound: Option<String>,
}

/// Whom is read as, and where.
struct Sender {
    eyes: Caller,
    offered: Offered,
    party: PartyId,
}

impl Sender {
    /// How the collection handles what carries no marking.
    fn unmarked(&self) -> Tlp {
        let default = self.offered.collection.state.definition.default_tlp;
        default.unwrap_or(Tlp::AmberStrict)
    }
}

impl World {
    /// Sends to a peer what it has not had yet, until nothing is left or a bound is reached. `progress` hears how
    /// many objects went.
    pub async fn push(
        &self,
        caller: &Caller,
        door: &dyn FetchDoor,
        code: &str,
        bounds: TurnBounds,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Pushed, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let peer = self.find::<Peer>(caller, PEER_SPACE, code).await?;
        let turn = Turn::by_hand(caller, door, bounds, progress);
        self.turn_by_hand::<Peer, _>(peer.id, self.push_in(&turn, peer))
            .await
    }

    /// Sends to a peer within a turn that is ours.
    pub(super) async fn push_in(
        &self,
        turn: &Turn<'_>,
        mut peer: Loaded<Peer>,
    ) -> Result<Pushed, WorldError> {
        self.allow_any(turn.caller, Action::CollectionManage)?;
        peer.state.must_run()?;
        let code = peer.state.definition.code.clone();
        let mut pushed = Pushed::default();
        let sending = self.send_all(turn, &mut peer, &mut pushed);
        let ended = Ended::within(turn.bounds.time, sending).await?;
        let trouble = ended.trouble(pushed.posts > 0, Done::Sent, &mut pushed.bound);
        if let Some(trouble) = trouble {
            let page = SentPage {
                trouble: Some(trouble.what.clone()),
                wait_s: trouble.wait_s,
                ..SentPage::default()
            };
            let decide = |_: &Peer| Ok(PeerChange::Sent(page));
            self.change_peer(turn.caller, &code, decide).await?;
            pushed.trouble = Some(trouble.what);
        }
        Ok(pushed)
    }

    async fn send_all(
        &self,
        turn: &Turn<'_>,
        peer: &mut Loaded<Peer>,
        pushed: &mut Pushed,
    ) -> Result<(), Stopped> {
        let sender = self.sender(peer).await?;
        let server = self.server_of(turn.door, peer).await?;
        if let Some(waits) = peer.state.waits.clone() {
            let is_through = self
                .look_after(turn, &server, &sender, peer, pushed, &waits)
                .await?;
            if !is_through {
                return Ok(());
            }
        }
        let mut sending = Sending::after(peer.state.after_us);
        loop {
            let objects = self.to_send(&sender, sending.place).await?;
            if objects.is_empty() {
                return self.at_end(turn, (peer, pushed), sending).await;
            }
            let post = Post::of(
                &objects,
                (&peer.state.definition, sender.unmarked()),
                &server,
                sending.most,
            );
            let goes_on = self
                .send(
                    turn,
                    (&server, &sender),
                    (&mut *peer, &mut *pushed),
                    &mut sending,
                    &post,
                )
                .await?;
            if !goes_on {
                return Ok(());
            }
            let came = pushed.sent + pushed.refused + pushed.left_out;
            (turn.progress)(pushed.sent);
            if came >= turn.bounds.objects {
                let most = turn.bounds.objects;
                pushed.bound = Some(format!("not sent to its end: over {most} objects"));
                return Ok(());
            }
        }
    }

    /// One post, and what is put down of it. Gives whether to go on now.
    async fn send(
        &self,
        turn: &Turn<'_>,
        (server, sender): (&Server, &Sender),
        (peer, pushed): (&mut Loaded<Peer>, &mut Pushed),
        sending: &mut Sending,
        post: &Post<'_>,
    ) -> Result<bool, Stopped> {
        sending.hold(post);
        if post.objects.is_empty() {
            sending.place = Some(post.until_us);
            if sending.suspects.is_empty() {
                let page = sending.noted(SentPage::default());
                self.note_sent(turn, peer, pushed, page).await?;
            }
            return Ok(true);
        }
        match server.post(turn.door, post).await? {
            Answered::Complete(status) => {
                let (taken, page) = post.outcome(&status);
                sending.place = Some(post.until_us);
                sending.grow(PAGE);
                let before_us = peer.state.after_us;
                let page = sending.noted(page);
                pushed.posts += 1;
                self.note_sent(turn, peer, pushed, page).await?;
                self.note_taken(sender, before_us, post.until_us, taken);
                Ok(true)
            }
            Answered::Pending(status) => {
                // What was refused before it is no fault of the server, which takes this; what the post itself
                // leaves out is put down when it is worked through.
                sending.let_go(post);
                let page = sending.noted(SentPage {
                    waits: Some(Waits {
                        status,
                        until_us: post.until_us,
                        objects: post.objects.len() as u64,
                    }),
                    ..SentPage::default()
                });
                self.note_sent(turn, peer, pushed, page).await?;
                Ok(false)
            }
            Answered::Refused(_) if post.objects.len() > 1 => {
                sending.let_go(post);
                sending.most = post.objects.len() as u32 / 2;
                Ok(true)
            }
            Answered::Refused(why) => {
                sending
                    .suspects
                    .extend(post.objects.first().map(|one| failed(one, why)));
                sending.place = Some(post.until_us);
                if sending.suspects.len() >= MAX_SUSPECTS {
                    self.pass_over(turn, peer, pushed, sending).await?;
                }
                Ok(true)
            }
        }
    }

    /// Objects that were refused one by one are put down as not taken, once it is sure that it is not the server.
    async fn pass_over(
        &self,
        turn: &Turn<'_>,
        peer: &mut Loaded<Peer>,
        pushed: &mut Pushed,
        sending: &mut Sending,
    ) -> Result<(), Stopped> {
        if peer.state.turns.troubles < PATIENCE {
            let first = sending.suspects.first().map(|one| one.why.clone());
            return Err(Stopped::from(Known::RefusesAll {
                count: sending.suspects.len() as u64,
                first: Box::new(first.unwrap_or(Known::NoReason.into())),
            }));
        }
        let page = sending.noted(SentPage::default());
        self.note_sent(turn, peer, pushed, page).await?;
        Ok(())
    }

    async fn at_end(
        &self,
        turn: &Turn<'_>,
        (peer, pushed): (&mut Loaded<Peer>, &mut Pushed),
        mut sending: Sending,
    ) -> Result<(), Stopped> {
        if !sending.suspects.is_empty() {
            self.pass_over(turn, peer, pushed, &mut sending).await?;
        }
        let page = SentPage {
            is_end: true,
            ..SentPage::default()
        };
        self.note_sent(turn, peer, pushed, page).await?;
        Ok(())
    }

    /// Looks whether a post of an earlier turn is worked through. Gives whether to go on now.
    async fn look_after(
        &self,
        turn: &Turn<'_>,
        server: &Server,
        sender: &Sender,
        peer: &mut Loaded<Peer>,
        pushed: &mut Pushed,
        waits: &Waits,
    ) -> Result<bool, Stopped> {
        let turns = &peer.state.turns;
        let since = turns.read.unwrap_or(turns.joined);
        let is_late = self.now().duration_since(since).unsigned_abs() > LONGEST_WAIT;
        let looked = server.look(turn.door, &waits.status).await?;
        let status = match looked {
            Some(status) if status.is_complete() => status,
            Some(_) if !is_late => return Ok(false),
            // Made again: the peer counts what it has as success.
            other => {
                self.note_sent(turn, peer, pushed, SentPage::default())
                    .await?;
                return Err(Stopped::from(match other {
                    Some(_) => Known::PostUnfinished,
                    None => Known::PostUnknown,
                }));
            }
        };
        let before_us = peer.state.after_us;
        let mut objects = self.to_send(sender, before_us).await?;
        objects.retain(|one| one.place_us <= waits.until_us);
        let post = Post::of(
            &objects,
            (&peer.state.definition, sender.unmarked()),
            server,
            PAGE,
        );
        if post.objects.len() as u64 != waits.objects {
            // The party may read something else by now than when it was posted: made again.
            self.note_sent(turn, peer, pushed, SentPage::default())
                .await?;
            return Ok(true);
        }
        let mut sending = Sending::after(before_us);
        sending.hold(&post);
        sending.place = Some(waits.until_us);
        let (taken, page) = post.outcome(&status);
        let page = sending.noted(page);
        pushed.posts += 1;
        self.note_sent(turn, peer, pushed, page).await?;
        self.note_taken(sender, before_us, waits.until_us, taken);
        Ok(true)
    }

    /// The eyes that are read with, and the collection as they see it: those of a machine of the party behind the
    /// peer.
    async fn sender(&self, peer: &Loaded<Peer>) -> Result<Sender, Stopped> {
        let Way::Push { out_of, party } = peer.state.definition.way else {
            let why = "nothing is sent to a peer that is read";
            return Err(WorldError::refused("refused-state", why).into());
        };
        let may_not = || Stopped::from(Known::PartyMayNotRead);
        let eyes = self.taxii_reader(party).await?.ok_or_else(may_not)?;
        let collection = self.see_if::<Collection>(&eyes, out_of).await?;
        let offered = self.offered(&eyes, collection.ok_or_else(may_not)?);
        match offered.can_read {
            true => Ok(Sender {
                eyes,
                offered,
                party,
            }),
            false => Err(may_not()),
        }
    }

    /// What comes next, in the order in which it was added.
    async fn to_send(
        &self,
        sender: &Sender,
        after_us: Option<i64>,
    ) -> Result<Vec<Outgoing>, WorldError> {
        let range = Range {
            after_us,
            versions: Versions::All,
            limit: PAGE,
            ..Range::default()
        };
        let page = self
            .taxii_headers(&sender.eyes, &sender.offered, &range)
            .await?;
        Ok(page.objects.into_iter().map(Outgoing::of).collect())
    }

    async fn note_sent(
        &self,
        turn: &Turn<'_>,
        peer: &mut Loaded<Peer>,
        pushed: &mut Pushed,
        page: SentPage,
    ) -> Result<(), WorldError> {
        pushed.sent += page.sent;
        pushed.refused += page.refused;
        pushed.left_out += page.left_out;
        pushed.is_end = page.is_end;
        let mut work = self.work(&turn.caller.actor);
        work.apply(peer, [PeerChange::Sent(page)])?;
        work.notice(Peer::KIND, Some(peer.id));
        work.commit().await?;
        self.keep_turn::<Peer>(turn, peer.id).await
    }

    /// The party has what its peer took: its deliveries say so as if it had fetched it.
    fn note_taken(
        &self,
        sender: &Sender,
        before_us: Option<i64>,
        until_us: i64,
        taken: Vec<String>,
    ) {
        let collection = &sender.offered.collection;
        let is_library = collection.state.definition.kind == CollectionKind::Library;
        if taken.is_empty() || !is_library {
            return;
        }
        self.fetched.note_page(Fetch {
            party: sender.party,
            outlet: Outlet::Taxii,
            collection: collection.id,
            range: Range {
                after_us: before_us,
                ids: taken,
                ..Range::default()
            },
            last_us: until_us,
        });
    }
}

fn failed(object: &Outgoing, why: Trouble) -> FailedObject {
    FailedObject {
        id: object.id.clone(),
        version_us: object.version_us,
        why,
    }
}
