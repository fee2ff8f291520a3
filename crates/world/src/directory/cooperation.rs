//! Requests for cooperation: the council asks, a member answers or refuses with a justification.

use jiff::Timestamp;
use kaname_directory::{Asked, Cooperation, CooperationChange, Paragraph, Party, Refused};
use kaname_kernel::{Id, Matter, MatterId};
use kaname_policy::Action;
use kaname_store::{ListQuery, Sort};

use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    read::Listed,
    work::Loaded,
    world::World,
};

/// What may be done with an open request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Material or a statement.
    Given(Paragraph),
    /// No, and why that is justified.
    Refused(Paragraph),
}

impl World {
    /// Asks a party for cooperation.
    pub async fn ask_cooperation(
        &self,
        caller: &Caller,
        asked: Asked,
    ) -> Result<Loaded<Cooperation>, WorldError> {
        self.allow_any(caller, Action::CooperationRequest)?;
        let to = self.see::<Party>(caller, asked.to.cast()).await?;
        let change = Cooperation::ask(asked, &to.state, self.now())?;
        let mut work = self.work(&caller.actor);
        let request = work.begin::<Cooperation>(Id::fresh(self.clock(), self.rng()), change)?;
        work.notice(Cooperation::KIND, Some(request.id));
        work.commit().await?;
        Ok(request)
    }

    /// The asked party answers or refuses.
    pub async fn answer_cooperation(
        &self,
        caller: &Caller,
        id: MatterId,
        answer: Answer,
    ) -> Result<Loaded<Cooperation>, WorldError> {
        let request = self.see::<Cooperation>(caller, id).await?;
        let resource = of_party(request.state.asked.to);
        self.allow(caller, Action::CooperationAnswer, &resource)?;
        let change = match answer {
            Answer::Given(text) => request.state.answer(text)?,
            Answer::Refused(justification) => request.state.refuse(justification)?,
        };
        self.keep_cooperation(caller, request, change).await
    }

    /// Gives more time.
    pub async fn extend_cooperation(
        &self,
        caller: &Caller,
        id: MatterId,
        deadline: Timestamp,
    ) -> Result<Loaded<Cooperation>, WorldError> {
        let now = self.now();
        self.change_cooperation(caller, id, |request| request.extend(deadline, now))
            .await
    }

    /// Takes a request back.
    pub async fn withdraw_cooperation(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: Paragraph,
    ) -> Result<Loaded<Cooperation>, WorldError> {
        self.change_cooperation(caller, id, |request| request.withdraw(reason))
            .await
    }

    async fn change_cooperation(
        &self,
        caller: &Caller,
        id: MatterId,
        decide: impl FnOnce(&Cooperation) -> Result<CooperationChange, Refused>,
    ) -> Result<Loaded<Cooperation>, WorldError> {
        let request = self.see::<Cooperation>(caller, id).await?;
        self.allow_any(caller, Action::CooperationRequest)?;
        let change = decide(&request.state)?;
        self.keep_cooperation(caller, request, change).await
    }

    async fn keep_cooperation(
        &self,
        caller: &Caller,
        mut request: Loaded<Cooperation>,
        change: CooperationChange,
    ) -> Result<Loaded<Cooperation>, WorldError> {
        let mut work = self.work(&caller.actor);
        work.apply(&mut request, [change])?;
        work.notice(Cooperation::KIND, Some(request.id));
        work.commit().await?;
        Ok(request)
    }

    /// Requests the caller may see, soonest deadline first.
    pub async fn cooperation_requests(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Cooperation>, WorldError> {
        let mut query = self.query::<Cooperation>(caller).await?;
        query.sort = Sort::Due;
        adjust(&mut query);
        self.list(&query).await
    }
}
