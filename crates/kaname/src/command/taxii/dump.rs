//! Writing the layout.

use std::{
    io::{BufWriter, Write as _},
    path::Path,
};

use kaname_world::World;

use super::super::shell;
use crate::{fault::Fault, part::Part, say::Say};

pub(super) async fn dump(
    world: &World,
    names: [&str; 2],
    out: Option<&Path>,
    say: Say,
) -> Result<(), Fault> {
    let bar = say.progress("dumping", 0);
    let told = &|done| {
        bar.set_length(done);
        bar.set_position(done);
    };
    let [title, description] = names;
    let Some(path) = out else {
        let mut printed = BufWriter::new(std::io::stdout());
        let dumped = world
            .dump_layout(
                &shell(),
                (title, description),
                &mut |text| printed.write_all(text.as_bytes()),
                told,
            )
            .await;
        bar.finish_and_clear();
        dumped?;
        let unwritten = |error| Fault::failed("the layout cannot be printed").because(&error);
        return printed.flush().map_err(unwritten);
    };
    let unmade = |error: std::io::Error| Fault::file(path, "made", &error);
    if path.is_file() {
        return Err(Fault::there_already(path));
    }
    let mut part = Part::begin(path).map_err(unmade)?;
    let dumped = world
        .dump_layout(
            &shell(),
            (title, description),
            &mut |text| part.write_all(text.as_bytes()),
            told,
        )
        .await;
    bar.finish_and_clear();
    let dumped = dumped?;
    part.finish()
        .map_err(|error| Fault::file(path, "written", &error))?;
    let result = serde_json::json!({ "file": path, "dumped": dumped });
    say.result(&result, || {
        let whole = format!(
            "{} objects in {} collections of {} API roots to {}",
            dumped.objects,
            dumped.collections,
            dumped.roots,
            path.display()
        );
        match dumped.beside {
            0 => whole,
            beside => format!(
                "{whole}\n{beside} claims left out: a layout has each version once, the hub's or the first"
            ),
        }
    })
}
