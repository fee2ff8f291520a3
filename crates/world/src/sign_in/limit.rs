//! Limits on guessing, in windows of 15 minutes: narrow for one login from one address, wide for a login
//! over all addresses and for an address over all logins, so that who guesses does not shut the owner
//! out; and for each session on its own, where the second factor is shown again.

use jiff::SignedDuration;

use crate::{error::WorldError, world::World};

const SPACE: &str = "guess";
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// One address may fail this many times as often as one login from it before it waits: an office has
/// many people behind one.
const ADDRESS_FACTOR: u64 = 20;
/// One login may fail this many times as often from all addresses together.
const LOGIN_FACTOR: u64 = 20;

impl World {
    /// Refuses when this login or address failed too often lately. Called before the password is
    /// looked at, whether or not the login exists.
    pub(super) async fn may_guess(&self, login: &str, address: &str) -> Result<(), WorldError> {
        self.not_stopped(&pair(login, address)).await?;
        self.not_stopped(&format!("login/{login}")).await?;
        self.may_guess_from(address).await
    }

    /// The same for an address alone.
    pub(super) async fn may_guess_from(&self, address: &str) -> Result<(), WorldError> {
        self.not_stopped(&format!("address/{address}")).await
    }

    /// Counts a failure; past the limit the login or address waits out the window.
    pub(super) async fn failed_guess(&self, login: &str, address: &str) -> Result<(), WorldError> {
        let most = self.settings().max_sign_in_failures;
        self.count_failure(&pair(login, address), most).await?;
        let all = most.saturating_mul(LOGIN_FACTOR);
        self.count_failure(&format!("login/{login}"), all).await?;
        self.failed_guess_from(address).await
    }

    /// The same for an address alone.
    pub(super) async fn failed_guess_from(&self, address: &str) -> Result<(), WorldError> {
        let most = self.settings().max_sign_in_failures;
        let most = most.saturating_mul(ADDRESS_FACTOR);
        self.count_failure(&format!("address/{address}"), most)
            .await
    }

    /// Proves a receipt to whoever holds its number. Wrong numbers count against the address they
    /// come from, so that numbers can't be tried out.
    pub async fn prove_receipt_to(
        &self,
        receipt: &str,
        address: &str,
    ) -> Result<crate::Proof, WorldError> {
        let who = format!("receipt/{address}");
        self.not_stopped(&who).await?;
        let proof = self.prove_receipt(receipt).await;
        if matches!(proof, Err(WorldError::NotFound(_))) {
            let most = self.settings().max_sign_in_failures;
            self.count_failure(&who, most.saturating_mul(ADDRESS_FACTOR))
                .await?;
        }
        proof
    }

    /// Refuses when the second factor was shown wrongly too often in this session, by its number.
    pub(super) async fn may_step_up(&self, session: &str) -> Result<(), WorldError> {
        self.not_stopped(&format!("session/{session}")).await
    }

    /// Counts a wrong second factor in this session.
    pub(super) async fn failed_step_up(&self, session: &str) -> Result<(), WorldError> {
        let most = self.settings().max_sign_in_failures;
        self.count_failure(&format!("session/{session}"), most)
            .await
    }

    /// Forgets a login's failures from an address after it signed in from there.
    pub(super) async fn guessed_right(&self, login: &str, address: &str) -> Result<(), WorldError> {
        let key = format!("count/{}", pair(login, address));
        self.store().kv_take(SPACE, &key, self.now()).await?;
        Ok(())
    }

    async fn not_stopped(&self, who: &str) -> Result<(), WorldError> {
        let now = self.now();
        let held = self
            .store()
            .kv_get(SPACE, &format!("stop/{who}"), now)
            .await?;
        let until = held.and_then(|value| value.as_i64()).unwrap_or(0);
        if until > now.as_second() {
            return Err(WorldError::TooMany(
                (until - now.as_second()).unsigned_abs(),
            ));
        }
        Ok(())
    }

    async fn count_failure(&self, who: &str, most: u64) -> Result<(), WorldError> {
        let now = self.now();
        let until = now + WINDOW;
        let key = format!("count/{who}");
        if self.store().kv_count(SPACE, &key, now, until).await? >= most {
            let stop = serde_json::json!(until.as_second());
            let key = format!("stop/{who}");
            self.store().kv_put(SPACE, &key, stop, until).await?;
        }
        Ok(())
    }
}

/// One login from one address.
fn pair(login: &str, address: &str) -> String {
    format!("from/{address}/{login}")
}
