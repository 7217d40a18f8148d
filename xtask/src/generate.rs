//! `cargo xtask gen`

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::options::Options;
use crate::process::{cargo, command, npm, output, run};
use crate::{Task, web, workspace};

const OPENAPI: &str = "openapi.json";
const SCHEMA: &str = "web/src/lib/api/schema.d.ts";

pub(crate) const TASK: Task = Task {
    name: "gen",
    summary: "Write the generated files: the API's description and the web app's types.",
    help: "
Usage: cargo xtask gen [--check]

  --check  write nothing; fail where a file is not what the code gives

Writes openapi.json, from `onhand openapi`, and web/src/lib/api/schema.d.ts, from openapi.json.",
    run: run_task,
};

fn run_task(mut options: Options) -> Result<()> {
    let only_check = options.flag("--check");
    options.finish()?;
    web::install()?;
    run(
        &mut cargo(&["build", "--package", "onhand"]),
        "Mend what the compiler names above; `cargo build` needs web/build: cargo xtask build.",
    )?;
    if only_check {
        return check(&workspace::debug_binary());
    }
    let root = workspace::root();
    write(&root.join(OPENAPI), &openapi(&workspace::debug_binary())?)?;
    fs::create_dir_all(root.join(SCHEMA).with_file_name(""))?;
    schema(&root.join(OPENAPI), &root.join(SCHEMA))?;
    println!("\nwritten: {OPENAPI}, {SCHEMA}");
    Ok(())
}

/// Fails where a committed file is not what `onhand` gives.
pub(crate) fn check(onhand: &Path) -> Result<()> {
    let root = workspace::root();
    compare(OPENAPI, &openapi(onhand)?)?;
    let folder = workspace::target().join("xtask");
    fs::create_dir_all(&folder)?;
    let fresh = folder.join("schema.d.ts");
    schema(&root.join(OPENAPI), &fresh)?;
    compare(SCHEMA, &fs::read(&fresh)?)?;
    println!("\n==> the generated files are current");
    Ok(())
}

fn openapi(onhand: &Path) -> Result<Vec<u8>> {
    output(command(onhand).arg("openapi"))
}

fn schema(openapi: &Path, schema: &Path) -> Result<()> {
    let mut generate = npm(&["exec", "--no", "--", "openapi-typescript"]);
    generate.arg(openapi).arg("-o").arg(schema);
    run(&mut generate, "Is openapi-typescript among the devDependencies of web/package.json?")
}

fn compare(name: &str, wanted: &[u8]) -> Result<()> {
    let found = fs::read(workspace::root().join(name)).unwrap_or_default();
    if found == wanted {
        return Ok(());
    }
    let found = String::from_utf8_lossy(&found).into_owned();
    let wanted = String::from_utf8_lossy(wanted).into_owned();
    let same = found.lines().zip(wanted.lines()).take_while(|(old, new)| old == new).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(end of file)").trim().to_owned();
    bail!(
        "{name} is not what the code gives, from line {}: it has `{}` for `{}`. \
         Run `cargo xtask gen` and commit the result",
        same + 1,
        line(&found),
        line(&wanted)
    )
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("can't write {}", path.display()))
}
