//! `onhand user`

use std::{io::BufRead as _, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use onhand_domain::PrincipalId;
use onhand_server::password::{Passwords, check_password};
use onhand_store::{
    By, Store,
    people::{self, NewUser, UserChange},
};
use serde_json::{Value, json};

use super::scope::{ScopeArgs, shown as shown_role};
use crate::{context::Context, output};

/// People of a list: all that anybody has.
const USERS_MAX: u64 = 1_000_000;

/// Add, list and lock out people
#[derive(Args)]
#[command(after_help = "\
Roles: associate, facility_manager, inventory_controller, admin, auditor, and your own.

Examples:
  onhand user add --email ann@example.com --name Ann --role admin --password-stdin < password
  onhand user list
  onhand user lock --email ann@example.com")]
pub(crate) struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Add(Add),
    List(List),
    SetPassword(SetPassword),
    Lock(Lock),
    Unlock(Unlock),
}

/// Add a person
#[derive(Args)]
#[command(after_help = "\
Examples:
  echo 'a sentence that is long' | onhand user add --email bob@example.com --name Bob \\
      --role facility_manager --facility S1 --password-stdin")]
struct Add {
    /// The address to sign in with
    #[arg(long)]
    email: String,
    /// What people call them
    #[arg(long)]
    name: String,
    /// The role to hold
    #[arg(long)]
    role: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Read the password (at least 12 characters) from the first line of standard input: on the
    /// command line it would stand in the shell's history
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// List the people who can sign in
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand user list
  onhand user list --json")]
struct List {}

/// Give a person a new password; signs them out everywhere
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand user set-password --email ann@example.com --password-stdin < password")]
struct SetPassword {
    /// Whose
    #[arg(long)]
    email: String,
    /// Read the password from the first line of standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// Lock a person out at once
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand user lock --email ann@example.com")]
struct Lock {
    /// Whom
    #[arg(long)]
    email: String,
}

/// Let a locked out person in again
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand user unlock --email ann@example.com")]
struct Unlock {
    /// Whom
    #[arg(long)]
    email: String,
}

impl User {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Add(add) => add.run(context).await?,
            Action::List(_) => list(context).await?,
            Action::SetPassword(SetPassword { email, .. }) => {
                let password_hash = Some(hash(read_password()?).await?);
                let change = UserChange { password_hash, ..UserChange::default() };
                update(context, &email, change, "has a new password").await?;
            }
            Action::Lock(Lock { email }) => {
                let change = UserChange { active: Some(false), ..UserChange::default() };
                update(context, &email, change, "is locked out").await?;
            }
            Action::Unlock(Unlock { email }) => {
                let change = UserChange { active: Some(true), ..UserChange::default() };
                update(context, &email, change, "may sign in").await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, context: &Context) -> anyhow::Result<()> {
        let password = read_password()?;
        let store = context.store().await?;
        let grant = self.scope.grant(&store, &self.role).await?;
        let new = NewUser {
            id: PrincipalId(store.ids().next()),
            email: self.email,
            name: self.name,
            password_hash: hash(password).await?,
            grants: vec![grant],
        };
        let made = store.create_user(&By::command_line("create_user"), new).await?;
        output::result(context.json, &shown(&made), || {
            let roles: Vec<String> = made.grants.iter().map(shown_role).collect();
            format!("Added {} ({}) as {}", made.name, made.email, roles.join(", "))
        })
    }
}

fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("the password can't be read")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    check_password(&password).map_err(|why| anyhow::anyhow!("the password: {why}"))?;
    Ok(password)
}

async fn hash(password: String) -> anyhow::Result<String> {
    let hashed = Passwords::default().hash(&password).await;
    hashed.map_err(|_| anyhow::anyhow!("the password can't be hashed"))
}

async fn list(context: &Context) -> anyhow::Result<()> {
    let all = context.store().await?.list_users(None, USERS_MAX).await?;
    let items: Vec<Value> = all.iter().map(shown).collect();
    output::result(context.json, &items, || {
        let row = |user: &people::User| {
            let roles: Vec<String> = user.grants.iter().map(shown_role).collect();
            let state = if user.active { "" } else { "locked out" };
            vec![user.email.clone(), user.name.clone(), roles.join(", "), state.to_owned()]
        };
        let rows: Vec<_> = all.iter().map(row).collect();
        output::table(&["E-MAIL", "NAME", "ROLES", ""], &rows)
    })
}

async fn update(
    context: &Context,
    email: &str,
    change: UserChange,
    done: &str,
) -> anyhow::Result<()> {
    let store: Store = context.store().await?;
    let user = store.user_by_email(email).await?;
    let user = user.with_context(|| format!("nobody has the address {email}"))?;
    let by = By::command_line("update_user");
    let changed = store.update_user(&by, user.id, change).await?;
    output::result(context.json, &shown(&changed), || format!("{} {done}", changed.email))
}

fn shown(user: &people::User) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "active": user.active,
        "roles": user.grants.iter().map(shown_role).collect::<Vec<_>>(),
    })
}
