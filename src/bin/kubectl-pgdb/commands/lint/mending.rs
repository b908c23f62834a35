//! What `lint --fix` does.

use pgdb::lint::fix::{Plan, plan};
use pgdb::lint::{Report, Wanted, run as lint};
use pgdb::repo::diff::unified;

use super::reading::Reading;
use super::{Format, Lint, exit, print};
use crate::cli::Global;
use crate::failure::{Exit, Failure};
use crate::files::Lock;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks};

/// Shows the fixes, asks where there is somebody to ask, writes them, and reports what is still to be found.
///
/// With `--dry-run=client` it only shows them, and fails by what there is.
pub(super) fn mend(
    args: &Lint,
    global: &Global,
    report: &Report,
    reading: &Reading,
    wanted: &Wanted<'_>,
    lock: Option<Lock<'_>>,
    output: &Output,
) -> Result<Exit, Failure> {
    let plan = plan(report, reading.snapshot());
    if args.dry_run.is_client() {
        output.diff(&unified(&plan.changes))?;
        warn(&plan, output);
        output.tell(&format!(
            "Of {}, {} would be mended.",
            counted(report.findings.len(), "finding"),
            plan.mended
        ));
        let is_whole = reading.warn(output);
        return Ok(exit(args.fail_on, report, is_whole));
    }
    write(args, global, &plan, reading, lock, output)?;
    warn(&plan, output);
    let snapshot = plan.changes.applied_to(reading.snapshot());
    let rest = lint(reading.input(&snapshot), wanted);
    print(args, &rest, &snapshot, &wanted.rules, output)?;
    let is_whole = reading.warn(output);
    Ok(exit(args.fail_on, &rest, is_whole))
}

/// Writes the fixes; a "no" is an error.
fn write(
    args: &Lint,
    global: &Global,
    plan: &Plan,
    reading: &Reading,
    lock: Option<Lock<'_>>,
    output: &Output,
) -> Result<(), Failure> {
    if plan.changes.is_empty() {
        return Ok(());
    }
    let prompt = asks(global).then(|| Prompt::new(output.colour_stderr()));
    let proposal = Proposal {
        workspace: reading.workspace(),
        output,
        dry_run: false,
        prints_diff: args.output == Format::Text,
        prompt: prompt.as_ref(),
        staged: &[],
    };
    proposal.carry_out(&plan.changes, lock)?;
    output.tell(&format!(
        "Mended {} in {}.",
        counted(plan.mended, "finding"),
        counted(plan.changes.changes().len(), "file")
    ));
    Ok(())
}

/// Says which fixes were not possible, and why.
fn warn(plan: &Plan, output: &Output) {
    for refused in &plan.refused {
        let line = refused.reason.line();
        output.warn(&format!(
            "{}{}: {} is not mended: {}; {}",
            refused.path,
            line.map_or_else(String::new, |line| format!(":{line}")),
            refused.finding.code,
            refused.reason,
            refused.reason.help()
        ));
    }
}

/// A number of things in words.
pub(super) fn counted(count: usize, word: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {word}{end}")
}
