//! Limits on guessing, in windows of 15 minutes: narrow for one login from one address, wide for a login
//! over all addresses and for an address over all logins, so that who guesses does not shut the owner
//! out; and for each session on its own, where the second factor is shown again.
//!
//! An attempt is counted before it is tried and taken back when it was none of a guesser's: of attempts made
//! at the same moment no more are tried than of attempts made one after another.

use jiff::SignedDuration;

use crate::{error::WorldError, world::World};

const SPACE: &str = "guess";
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// One address may fail this many times as often as one login from it before it waits: an office has
/// many people behind one.
const ADDRESS_FACTOR: u64 = 20;
/// One login may fail this many times as often from all addresses together.
const LOGIN_FACTOR: u64 = 20;
/// Seconds after which an attempt makes sense that others under way at the same moment kept out.
const OTHERS_END_S: u64 = 1;

/// An attempt that was counted and is tried now. Dropped without an end it stays counted: whoever hangs up
/// has guessed all the same.
#[must_use]
pub(crate) struct Attempt<'w> {
    world: &'w World,
    counted: Vec<Counted>,
}

/// One count that an attempt stands in.
struct Counted {
    who: String,
    most: u64,
    number: u64,
}

impl World {
    /// Refuses when this login or address failed too often lately. Called before anything costs
    /// work, whether or not the login exists.
    pub(super) async fn may_guess(&self, login: &str, address: &str) -> Result<(), WorldError> {
        self.not_stopped(&pair(login, address)).await?;
        self.not_stopped(&whole_login(login)).await?;
        self.may_guess_from(address).await
    }

    /// The same for an address alone.
    pub(super) async fn may_guess_from(&self, address: &str) -> Result<(), WorldError> {
        self.not_stopped(&whole_address(address)).await
    }

    /// Counts an attempt at a login.
    pub(super) async fn attempt(
        &self,
        login: &str,
        address: &str,
    ) -> Result<Attempt<'_>, WorldError> {
        self.counted([
            (pair(login, address), 1),
            (whole_login(login), LOGIN_FACTOR),
            (whole_address(address), ADDRESS_FACTOR),
        ])
        .await
    }

    /// Counts an attempt that names no login.
    pub(super) async fn attempt_from(&self, address: &str) -> Result<Attempt<'_>, WorldError> {
        self.counted([(whole_address(address), ADDRESS_FACTOR)])
            .await
    }

    /// Counts an attempt at the password or second factor of a session's owner, by the session's number.
    pub(crate) async fn attempt_in(&self, session: &str) -> Result<Attempt<'_>, WorldError> {
        self.counted([(format!("session/{session}"), 1)]).await
    }

    /// Proves a receipt to whoever holds its number. Wrong numbers count against the address they
    /// come from, so that numbers can't be tried out.
    pub async fn prove_receipt_to(
        &self,
        receipt: &str,
        address: &str,
    ) -> Result<crate::Proof, WorldError> {
        let who = format!("receipt/{address}");
        let attempt = self.counted([(who, ADDRESS_FACTOR)]).await?;
        let proof = self.prove_receipt(receipt).await;
        let wrong = matches!(proof, Err(WorldError::NotFound(_)));
        attempt.ended(wrong).await?;
        proof
    }

    /// Forgets a login's failures from an address after it signed in from there.
    pub(super) async fn guessed_right(&self, login: &str, address: &str) -> Result<(), WorldError> {
        let key = count_key(&pair(login, address));
        self.store().kv_take(SPACE, &key, self.now()).await?;
        Ok(())
    }

    /// Counts an attempt for each of these, so many times as often as a login from one address may fail.
    async fn counted(
        &self,
        whom: impl IntoIterator<Item = (String, u64)>,
    ) -> Result<Attempt<'_>, WorldError> {
        let mut attempt = Attempt {
            world: self,
            counted: Vec::new(),
        };
        for (who, factor) in whom {
            self.not_stopped(&who).await?;
            let most = self.settings().max_sign_in_failures.saturating_mul(factor);
            let now = self.now();
            let number = self
                .store()
                .kv_count(SPACE, &count_key(&who), now, now + WINDOW)
                .await?;
            attempt.counted.push(Counted { who, most, number });
            if number > most {
                attempt.taken_back().await?;
                return Err(WorldError::TooMany(OTHERS_END_S));
            }
        }
        Ok(attempt)
    }

    async fn not_stopped(&self, who: &str) -> Result<(), WorldError> {
        let now = self.now();
        let held = self.store().kv_get(SPACE, &stop_key(who), now).await?;
        let until = held.and_then(|value| value.as_i64()).unwrap_or(0);
        if until > now.as_second() {
            return Err(WorldError::TooMany(
                (until - now.as_second()).unsigned_abs(),
            ));
        }
        Ok(())
    }
}

impl Attempt<'_> {
    /// It was wrong: it stays counted, and past the limit its login, address or session waits out the window.
    pub(crate) async fn failed(self) -> Result<(), WorldError> {
        let until = self.world.now() + WINDOW;
        for counted in self.counted {
            if counted.number >= counted.most {
                let stop = serde_json::json!(until.as_second());
                let key = stop_key(&counted.who);
                self.world.store().kv_put(SPACE, &key, stop, until).await?;
            }
        }
        Ok(())
    }

    /// It was right, or never tried.
    pub(crate) async fn taken_back(self) -> Result<(), WorldError> {
        let now = self.world.now();
        for counted in self.counted {
            let key = count_key(&counted.who);
            self.world.store().kv_uncount(SPACE, &key, now).await?;
        }
        Ok(())
    }

    /// One or the other.
    pub(crate) async fn ended(self, wrong: bool) -> Result<(), WorldError> {
        match wrong {
            true => self.failed().await,
            false => self.taken_back().await,
        }
    }
}

fn count_key(who: &str) -> String {
    format!("count/{who}")
}

fn stop_key(who: &str) -> String {
    format!("stop/{who}")
}

/// One login from one address.
fn pair(login: &str, address: &str) -> String {
    format!("from/{address}/{login}")
}

/// One login from all addresses.
fn whole_login(login: &str) -> String {
    format!("login/{login}")
}

/// One address, whatever is tried from it.
fn whole_address(address: &str) -> String {
    format!("address/{address}")
}
