//! Questions on the terminal.
//!
//! They go to standard error, so that standard output holds data alone. However a question ends, the terminal is as it
//! was; Ctrl-C, or a terminal that is gone, ends the command with nothing written.

mod echo;
mod keys;
mod theme;

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use console::Term;
use dialoguer::{Confirm, Input, Select};

use crate::failure::Failure;
use crate::files::Interrupts;

pub(crate) use echo::SilentControls;
use keys::KeysAsBytes;
use theme::PgdbTheme;

/// With fewer rows than this no list can be shown.
const ROWS_FOR_A_LIST: u16 = 4;

/// Whether there is somebody to ask.
pub(crate) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks questions.
pub(crate) struct Prompt {
    theme: PgdbTheme,
}

impl Prompt {
    /// Somebody to ask, in colour or not.
    pub(crate) fn new(colour: bool) -> Self {
        Self {
            theme: PgdbTheme::new(colour),
        }
    }

    /// Asks for a value, until `parse` takes it; what `parse` refuses with is shown. Enter takes the default.
    ///
    /// # Errors
    /// When the user ends the command, or the terminal cannot be used.
    pub(crate) fn text<T>(
        &self,
        question: &str,
        default: Option<String>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        let mut input = Input::<String>::with_theme(&self.theme)
            .with_prompt(question)
            // An empty answer is refused by `parse`, with what is allowed, and not passed over.
            .allow_empty(true)
            .validate_with(|answer: &String| parse(answer.trim()).map(drop));
        if let Some(default) = default {
            input = input.default(default);
        }
        let answer = asked(Cursor::BehindQuestion, |terminal| {
            input.interact_text_on(terminal)
        })?;
        parse(answer.trim()).map_err(|problem| Failure::usage(problem, ""))
    }

    /// Lets the user choose one of several, and gives its position.
    ///
    /// # Errors
    /// When the user ends the command, or the terminal cannot be used.
    pub(crate) fn choose(&self, question: &str, choices: &[String]) -> Result<usize, Failure> {
        if Term::stderr().size().0 < ROWS_FOR_A_LIST {
            let position = |answer: &str| choices.iter().position(|choice| choice == answer);
            return self.text(question, choices.first().cloned(), |answer| {
                position(answer).ok_or_else(|| format!("answer one of {}", choices.join(", ")))
            });
        }
        let select = Select::with_theme(&self.theme)
            .with_prompt(question)
            .items(choices)
            .default(0);
        asked(Cursor::BelowQuestion, |terminal| {
            select.interact_on(terminal)
        })
    }

    /// Asks for a yes or no; Enter is yes.
    ///
    /// # Errors
    /// When the user ends the command, or the terminal cannot be used.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, Failure> {
        let confirm = Confirm::with_theme(&self.theme)
            .with_prompt(question)
            .default(true);
        asked(Cursor::BehindQuestion, |terminal| {
            confirm.interact_on(terminal)
        })
    }
}

/// Parses an answer, and says what is allowed where it is refused.
pub(crate) fn parsed<T>(answer: &str, help: impl Fn(&T::Err) -> String) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    answer
        .parse()
        .map_err(|error: T::Err| format!("{error}\n{}", help(&error)))
}

/// Where the cursor is while a question is open.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Cursor {
    BehindQuestion,
    BelowQuestion,
}

/// Asks one question with the keyboard in hand, and gives it back whatever comes.
fn asked<T>(cursor: Cursor, ask: impl FnOnce(&Term) -> dialoguer::Result<T>) -> Result<T, Failure> {
    let cannot =
        |what: &str, error: io::Error| Failure::unknown(format!("cannot {what}: {error}"), "");
    let interrupts = Interrupts::hold().map_err(|error| cannot("hold signals off", error))?;
    let keys = KeysAsBytes::take().map_err(|error| cannot("ask on the terminal", error))?;
    let terminal = Term::stderr();
    let answer = ask(&terminal);
    drop(keys);
    let interrupted = interrupts.release();
    match answer {
        Ok(answer) if !interrupted => Ok(answer),
        Ok(_) => Err(Failure::interrupted()),
        Err(dialoguer::Error::IO(error)) => {
            // The question stays on the screen; a terminal that is gone takes neither of these.
            drop(terminal.show_cursor());
            if cursor == Cursor::BehindQuestion {
                drop(terminal.write_line(""));
            }
            Err(ended(interrupted, &error))
        }
    }
}

/// The failure of a question that was not answered.
fn ended(interrupted: bool, error: &io::Error) -> Failure {
    match error.kind() {
        _ if interrupted => Failure::interrupted(),
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Failure::interrupted(),
        _ => Failure::unknown(
            format!("cannot ask on the terminal: {error}"),
            "use flags and --no-input",
        ),
    }
}
