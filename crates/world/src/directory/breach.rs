//! The breach log.

use kaname_directory::{Breach, BreachChange, Cooperation, Finding, Refused};
use kaname_kernel::{Id, Matter, MatterId};
use kaname_policy::Action;
use kaname_store::ListQuery;

use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    read::Listed,
    work::Loaded,
    world::World,
};

impl World {
    /// Writes down that a duty, marking, deadline or agreement was broken. A request it is about went to that party.
    pub async fn record_breach(
        &self,
        caller: &Caller,
        finding: Finding,
    ) -> Result<Loaded<Breach>, WorldError> {
        self.allow_any(caller, Action::BreachRecord)?;
        if let Some(about) = finding.about {
            let request = self.see::<Cooperation>(caller, about).await?;
            if request.state.asked.to != finding.party {
                let message = "the request went to another party";
                return Err(WorldError::invalid(
                    "party",
                    "refused-breach-elsewhere",
                    message,
                ));
            }
        }
        let change = Breach::record(finding)?;
        let mut work = self.work(&caller.actor);
        let breach = work.begin::<Breach>(Id::fresh(self.clock(), self.rng()), change)?;
        work.notice(Breach::KIND, Some(breach.id));
        work.commit().await?;
        Ok(breach)
    }

    /// Goes on with a breach as `decide` says, one of `Breach`'s commands.
    pub async fn change_breach(
        &self,
        caller: &Caller,
        id: MatterId,
        decide: impl FnOnce(&Breach) -> Result<BreachChange, Refused>,
    ) -> Result<Loaded<Breach>, WorldError> {
        let mut breach = self.see::<Breach>(caller, id).await?;
        self.allow_any(caller, Action::BreachRecord)?;
        let change = decide(&breach.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut breach, [change])?;
        work.notice(Breach::KIND, Some(breach.id));
        work.commit().await?;
        Ok(breach)
    }

    /// The party's own side of a breach it was told of.
    pub async fn state_breach(
        &self,
        caller: &Caller,
        id: MatterId,
        text: kaname_directory::Paragraph,
    ) -> Result<Loaded<Breach>, WorldError> {
        let mut breach = self.see::<Breach>(caller, id).await?;
        let resource = of_party(breach.state.finding.party);
        self.allow(caller, Action::CooperationAnswer, &resource)?;
        let change = breach.state.state(text)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut breach, [change])?;
        work.notice(Breach::KIND, Some(breach.id));
        work.commit().await?;
        Ok(breach)
    }

    /// Breaches the caller may see, newest first.
    pub async fn breaches(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Breach>, WorldError> {
        let mut query = self.query::<Breach>(caller).await?;
        adjust(&mut query);
        self.list(&query).await
    }
}
