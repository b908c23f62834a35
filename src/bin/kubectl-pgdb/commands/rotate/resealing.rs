//! Having the controller seal again, one credential after the other.

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pgdb::domain::kubernetes_name::Namespace;
use pgdb::live::controller::{Service, Wanted};
use pgdb::live::fact::Fact;
use pgdb::rotate::reseal::{RESEAL_PATH, Resealed, answer, question};
use pgdb::rotate::{Credential, Selection};

use crate::cluster::{ClusterFlags, Question, Session, block_on};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::prompt::SilentControls;

/// What the controller made of the selection's credentials, in their order.
///
/// The controller may allow two requests a second, and says so: who asks is told to wait, and does.
///
/// # Errors
/// When the cluster cannot be asked, or one of them cannot be sealed again.
pub(super) fn reseal(
    selection: &Selection,
    namespace: &Namespace,
    flags: &ClusterFlags,
    wanted: &Wanted,
    output: &Output,
) -> Result<Vec<Resealed>, Failure> {
    let resealed = block_on(async {
        let session = Session::connect(flags).await?;
        let controller = session.controller(wanted).await?;
        let progress = Progress::new(selection.credentials.len(), output);
        let mut answers = Vec::with_capacity(selection.credentials.len());
        for credential in &selection.credentials {
            progress.show(credential);
            answers.push(one(&session, &controller, credential, namespace).await?);
        }
        Ok(answers)
    });
    resealed.map_err(|failure| match failure.exit {
        Exit::Interrupted => Failure::interrupted(),
        _ => failure,
    })
}

async fn one(
    session: &Session,
    controller: &Service,
    credential: &Credential,
    namespace: &Namespace,
) -> Result<Resealed, Failure> {
    let post = Question::Post {
        content_type: "application/json",
        text: question(credential, namespace),
    };
    match session.ask(controller, RESEAL_PATH, post).await {
        Fact::Present(found) => Ok(answer(credential, found.status, &found.text)?),
        Fact::Unreadable(reason) => Err(reason.into()),
        // It was there a moment ago.
        Fact::Absent => Err(Failure::unknown(
            format!(
                "the Service {} went away while it was asked",
                controller.place()
            ),
            "try again",
        )),
    }
}

/// A bar on a terminal; gone when dropped.
struct Progress {
    bar: ProgressBar,
    _controls: Option<SilentControls>,
}

impl Progress {
    /// A bar for so many credentials, where a person looks on.
    fn new(count: usize, output: &Output) -> Self {
        let is_shown = !output.is_quiet() && output.is_watched();
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(u64::try_from(count).ok(), target);
        bar.set_style(style());
        Self {
            bar,
            _controls: is_shown.then(SilentControls::take).flatten(),
        }
    }

    /// Shows which one is next.
    fn show(&self, credential: &Credential) {
        self.bar.set_message(credential.secret().to_owned());
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar with what is being sealed behind it, as far as the line has room.
fn style() -> ProgressStyle {
    let narrow = Term::stderr().size().1 < 60;
    let template = if narrow {
        "{pos}/{len} {wide_msg}"
    } else {
        "Sealing again {bar:20} {pos}/{len} {wide_msg}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
