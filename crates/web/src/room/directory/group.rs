//! Groups that items may be shared with: found, name anew, let in, let go, close.

mod found;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_directory::{Group, Party};
use kaname_kernel::Matter as _;
use kaname_policy::{Action, Resource};
use kaname_store::ListQuery;
use kaname_world::{Loaded, World, WorldError};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{At, Empty, Field, Notice, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices::{self, lang_of as lang},
        form::{again, may},
    },
    route::{Access, Audit, Endpoint},
    said::said,
};

const READ: Access = Access::SignedIn(&[Action::DirectoryRead]);
const MANAGE: Access = Access::SignedIn(&[Action::GroupManage]);
const READS: Audit = Audit::None("reads the directory with the reader's own eyes");

/// Endpoints of groups.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let event = Audit::Event;
    vec![
        Endpoint::new(
            Method::GET,
            "/groups",
            "group.list",
            READ,
            READS,
            routing::get(list),
        ),
        Endpoint::new(
            Method::GET,
            "/groups-new",
            "group.ask_found",
            MANAGE,
            READS,
            routing::get(found::ask),
        ),
        Endpoint::new(
            Method::POST,
            "/groups-new",
            "group.found",
            MANAGE,
            event("group.founded"),
            routing::post(found::found),
        ),
        Endpoint::new(
            Method::GET,
            "/groups/{code}",
            "group.show",
            READ,
            READS,
            routing::get(show_one),
        ),
        Endpoint::new(
            Method::POST,
            "/groups/{code}/join",
            "group.join",
            MANAGE,
            event("group.joined"),
            routing::post(join),
        ),
        Endpoint::new(
            Method::POST,
            "/groups/{code}/leave",
            "group.leave",
            MANAGE,
            event("group.left"),
            routing::post(leave),
        ),
        Endpoint::new(
            Method::POST,
            "/groups/{code}/close",
            "group.close",
            MANAGE,
            event("group.closed"),
            routing::post(close),
        ),
    ]
}

/// Groups the reader may see.
pub(super) async fn seen(world: &World, by: &By) -> Result<Vec<Loaded<Group>>, Failure> {
    let query = ListQuery::of(Group::KIND, world.readable(by).await?);
    let mut groups = Vec::new();
    world.walk(query, |group| groups.push(group)).await?;
    Ok(groups)
}

#[derive(Template)]
#[template(path = "room/directory/groups.html")]
struct GroupsPage {
    page: Page,
    rows: Vec<(String, String, usize, bool, bool)>,
    empty: Empty,
    new: Option<Verb>,
}

async fn list(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Directory, text.t("directory-groups"));
    let groups = seen(house.world(), &by).await?;
    let rows = groups.iter().map(|group| {
        let state = &group.state;
        let name = state.name.get(lang(text)).to_owned();
        (
            state.code.to_string(),
            name,
            state.present().count(),
            state.opens_past,
            state.closed,
        )
    });
    let manages = may(&house, &by, Action::GroupManage, &Resource::default()).is_ok();
    let empty = Empty {
        title: text.t("directory-groups-none").into_owned(),
        text: text.t("directory-groups-about").into_owned(),
        next: manages.then(|| {
            page.link("/groups-new", text.t("directory-group-found"))
                .main()
        }),
    };
    show(&GroupsPage {
        rows: rows.collect(),
        empty,
        new: manages.then(|| {
            page.link("/groups-new", text.t("directory-group-found"))
                .main()
        }),
        page,
    })
}

#[derive(Template)]
#[template(path = "room/directory/group.html")]
struct GroupPage {
    page: Page,
    code: String,
    about: String,
    closed: bool,
    ended: Option<Notice>,
    members: Vec<Row>,
    join: Option<Field>,
    close: Option<Verb>,
    gate: Option<(Notice, Verb)>,
    empty: Empty,
}

struct Row {
    href: Option<String>,
    name: String,
    since: At,
    leave: Option<Verb>,
}

async fn show_one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let group = world.group_of(&by, &code).await?;
    let text = frame.text();
    let state = &group.state;
    let page = frame.page(Section::Directory, state.name.get(lang(text)));
    let fresh = may(&house, &by, Action::GroupManage, &Resource::default());
    let manages = fresh.is_ok() && !state.closed;
    let fresh = manages && fresh.unwrap_or(false);
    let mut members = Vec::new();
    for party in state.present() {
        let Some(stay) = state.members.get(&party) else {
            continue;
        };
        // A party that the reader may not know of is not named here either.
        let known = world.see_if::<Party>(&by, party.cast()).await?;
        let known = known.map(|known| known.state);
        let code = known.as_ref().map(|party| party.code.to_string());
        let name = known.map_or_else(
            || text.t("directory-unnamed").into_owned(),
            |party| party.description.name.get(lang(text)).to_owned(),
        );
        let leave = code.as_ref().filter(|_| fresh).map(|code| {
            page.post(
                format!("/groups/{}/leave", state.code),
                text.t("directory-group-leave"),
            )
            .with("party", code.as_str())
            .named(text.t1("directory-group-leave-who", "party", name.as_str()))
        });
        members.push(Row {
            href: code.map(|code| format!("/directory/{code}")),
            name,
            since: page.at(stay.joined),
            leave,
        });
    }
    let gate = (manages && !fresh).then(|| {
        let notice = Notice {
            tone: Tone::Plain,
            title: text.t("directory-again").into_owned(),
            text: text.t("directory-again-about").into_owned(),
        };
        (notice, again(&page))
    });
    let ended = state.closed.then(|| Notice {
        tone: Tone::Care,
        title: text.t("directory-group-was-closed").into_owned(),
        text: text.t("directory-group-was-closed-about").into_owned(),
    });
    let about = if state.opens_past {
        text.t("directory-past-open-hint")
    } else {
        text.t("directory-past-closed-hint")
    };
    let parties = match fresh {
        true => choices::parties(&house, lang(text), &by).await?,
        false => Vec::new(),
    };
    let join = fresh.then(|| {
        page.line("text", "party", text.t("directory-group-join-who"))
            .hint(text.t("directory-principal-hint"))
            .offering(parties)
            .longest(40)
    });
    let close = fresh.then(|| {
        page.post(
            format!("/groups/{}/close", state.code),
            text.t("directory-group-close"),
        )
        .grave()
        .confirming(text.t1("directory-group-close-about", "n", members.len()))
    });
    let empty = Empty {
        title: text.t("directory-group-empty").into_owned(),
        text: text.t("directory-group-empty-do").into_owned(),
        next: None,
    };
    show(&GroupPage {
        code: state.code.to_string(),
        about: about.into_owned(),
        closed: state.closed,
        ended,
        members,
        join,
        close,
        gate,
        empty,
        page,
    })
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    party: String,
}

async fn join(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(which): Posted<Which>,
) -> Result<Response, Failure> {
    let world = house.world();
    let group = world.group_of(&by, &code).await?;
    let joined = match world.party_of(&by, &which.party).await {
        Ok(party) => world
            .join_group(&by, group.id.cast(), party.id.cast())
            .await
            .map(|_| ()),
        Err(WorldError::NotFound(_)) => {
            let key = "directory-wrong-party";
            Err(WorldError::invalid("party", key, "there is no such party"))
        }
        Err(error) => Err(error),
    };
    told(&frame, &group, joined)
}

async fn leave(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(which): Posted<Which>,
) -> Result<Response, Failure> {
    let world = house.world();
    let group = world.group_of(&by, &code).await?;
    let party = world.party_of(&by, &which.party).await?;
    let left = world
        .change_group(&by, group.id.cast(), None, |group| {
            group.leave(party.id.cast())
        })
        .await;
    told(&frame, &group, left.map(|_| ()))
}

async fn close(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let group = world.group_of(&by, &code).await?;
    let closed = world
        .change_group(&by, group.id.cast(), None, Group::close)
        .await;
    told(&frame, &group, closed.map(|_| ()))
}

/// Back to the group, with what was done or why not.
fn told(
    frame: &Frame,
    group: &Loaded<Group>,
    done: Result<(), WorldError>,
) -> Result<Response, Failure> {
    let to = format!("/groups/{}", group.state.code);
    let text = frame.text();
    match done {
        Ok(()) => frame.go_saying(&to, &Flash::done(text.t("directory-kept"))),
        Err(error @ (WorldError::StepUp | WorldError::Denied(_))) => Err(error.into()),
        Err(error) => match said(text, &error) {
            Some(said) => frame.go_saying(&to, &Flash::refused(said)),
            None => Err(error.into()),
        },
    }
}
