//! Questions on the terminal.
//!
//! They go to standard error, so that standard output holds data alone. Ctrl-C ends the command with nothing written
//! and the cursor visible.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use console::Term;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, Input, Select};

use crate::failure::Failure;
use crate::files::Interrupts;

/// Whether there is somebody to ask.
pub(crate) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks questions for as long as it lives.
pub(crate) struct Prompt {
    theme: Box<dyn Theme>,
    /// Keeps Ctrl-C from ending the process while a question has changed the terminal.
    _interrupts: Interrupts,
}

impl Prompt {
    /// Somebody to ask.
    ///
    /// # Errors
    /// When signals cannot be held off.
    pub(crate) fn new(colour: bool) -> Result<Self, Failure> {
        let theme: Box<dyn Theme> = if colour {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        };
        let interrupts = Interrupts::hold()
            .map_err(|error| Failure::unknown(format!("cannot hold signals off: {error}"), ""))?;
        Ok(Self {
            theme,
            _interrupts: interrupts,
        })
    }

    /// Asks for a value, until `parse` takes it; what `parse` refuses with is shown.
    ///
    /// # Errors
    /// When the user ends the command, or the terminal cannot be used.
    pub(crate) fn text<T>(
        &self,
        question: &str,
        default: Option<String>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        let optional = default.as_deref() == Some("");
        let mut input = Input::<String>::with_theme(self.theme.as_ref())
            .with_prompt(question)
            .allow_empty(optional)
            .validate_with(|answer: &String| parse(answer.trim()).map(drop));
        if let Some(default) = default.filter(|text| !text.is_empty()) {
            input = input.default(default);
        }
        let answer = input.interact_text_on(&Term::stderr()).map_err(ended)?;
        parse(answer.trim()).map_err(|problem| Failure::usage(problem, ""))
    }

    /// Lets the user choose one of several, and gives its position.
    ///
    /// # Errors
    /// When the user ends the command, or the terminal cannot be used.
    pub(crate) fn choose(&self, question: &str, choices: &[String]) -> Result<usize, Failure> {
        Select::with_theme(self.theme.as_ref())
            .with_prompt(question)
            .items(choices)
            .default(0)
            .interact_on(&Term::stderr())
            .map_err(ended)
    }

    /// Asks for a yes or no; Enter is yes.
    ///
    /// # Errors
    /// When the user ends the command, or the terminal cannot be used.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, Failure> {
        Confirm::with_theme(self.theme.as_ref())
            .with_prompt(question)
            .default(true)
            .interact_on(&Term::stderr())
            .map_err(ended)
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
        .map_err(|error: T::Err| format!("{error}; {}", help(&error)))
}

/// The failure of a question that was not answered.
fn ended(error: dialoguer::Error) -> Failure {
    drop(Term::stderr().show_cursor());
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Failure::interrupted(),
        _ => Failure::unknown(
            format!("cannot ask on the terminal: {error}"),
            "use flags and --no-input",
        ),
    }
}
