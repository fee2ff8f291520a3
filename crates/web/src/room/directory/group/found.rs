//! Founding a group.

use axum::{extract::State, response::Response};
use kaname_directory::Code;
use kaname_policy::{Action, Resource};

use crate::{
    error::Failure,
    frame::{Flash, Frame, Posted, Section, part::Choice},
    house::{By, House},
    room::{
        directory::act::name,
        form::{self, Form, Typed, Wrong, may},
    },
};

pub(super) async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let typed = Typed::default().set("past", "closed");
    founding(&house, &frame, &by, &typed, None)
}

fn founding(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::GroupManage, &Resource::default())?;
    let text = frame.text();
    let form = Form {
        section: Section::Directory,
        title: text.t("directory-group-found").into_owned(),
        lead: text.t("directory-groups-about").into_owned(),
        to: "/groups-new".to_owned(),
        go: text.t("directory-group-found-do").into_owned(),
        back: "/groups".to_owned(),
        grave: false,
        hidden: Vec::new(),
    };
    form::ask(frame, form, fresh, typed, wrong, |ask| {
        let page = ask.page;
        let past = vec![
            Choice::new("closed", page.t("directory-past-closed"))
                .hint(page.t("directory-past-closed-hint")),
            Choice::new("open", page.t("directory-past-open"))
                .hint(page.t("directory-past-open-hint")),
        ];
        let fields = vec![
            ask.line("text", "code", "directory-group-code")
                .hint(page.t("directory-code-hint"))
                .longest(40),
            ask.line("text", "name_ja", "directory-name-ja")
                .longest(200),
            ask.line("text", "name_en", "directory-name-en")
                .longest(200),
            ask.radio("past", "directory-past", past),
        ];
        (fields, Vec::new())
    })
}

pub(super) async fn found(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let opens_past = typed.one("past") == "open";
    let write = async || {
        let code = typed.parse("code", Code::parse)?;
        let name = name(&typed, "name_ja", "name_en")?;
        house.world().found_group(&by, code, name, opens_past).await
    };
    match write().await {
        Ok(group) => {
            let to = format!("/groups/{}", group.state.code);
            frame.go_saying(&to, &Flash::done(text.t("directory-kept")))
        }
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) => founding(&house, &frame, &by, &typed, Some(wrong)),
            None => Err(error.into()),
        },
    }
}
