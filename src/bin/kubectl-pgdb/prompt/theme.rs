//! How questions and answers look: the same in colour and without, in Unicode and without.

use std::fmt::{self, Write};

use console::{Style, StyledObject, Term, measure_text_width};
use dialoguer::theme::Theme;

use crate::output::visible;

/// The signs before a line; all are one column wide.
struct Signs {
    question: char,
    answered: char,
    refused: char,
    chosen: char,
}

const UNICODE: Signs = Signs {
    question: '?',
    answered: '✔',
    refused: '✘',
    chosen: '❯',
};

const ASCII: Signs = Signs {
    question: '?',
    answered: '*',
    refused: '!',
    chosen: '>',
};

/// The look of all questions.
pub(super) struct PgdbTheme {
    colour: bool,
    signs: Signs,
}

impl PgdbTheme {
    /// In colour or not; in Unicode where the locale says that the terminal shows it.
    pub(super) fn new(colour: bool) -> Self {
        let signs = if is_utf8() { UNICODE } else { ASCII };
        Self { colour, signs }
    }

    fn style<Shown>(&self, style: Style, shown: Shown) -> StyledObject<Shown> {
        style.force_styling(self.colour).apply_to(shown)
    }

    /// What stands before an answer that is still to be given.
    fn question(&self, to: &mut dyn Write, question: &str, hint: Option<&str>) -> fmt::Result {
        let sign = self.style(Style::new().yellow(), self.signs.question);
        let colon = if question.ends_with('?') { "" } else { ":" };
        let question = self.style(Style::new().bold(), question);
        write!(to, "{sign} {question}")?;
        if let Some(hint) = hint {
            write!(
                to,
                " {}",
                self.style(Style::new().dim(), format!("({hint})"))
            )?;
        }
        write!(to, "{colon} ")
    }

    /// A question that is answered.
    fn answered(&self, to: &mut dyn Write, question: &str, answer: &str) -> fmt::Result {
        let sign = self.style(Style::new().green(), self.signs.answered);
        let answer = self.style(Style::new().green(), visible(answer));
        let colon = if question.ends_with('?') { "" } else { ":" };
        write!(to, "{sign} {question}{colon} {answer}")
    }
}

impl Theme for PgdbTheme {
    fn format_prompt(&self, to: &mut dyn Write, question: &str) -> fmt::Result {
        self.question(to, question, None)
    }

    fn format_error(&self, to: &mut dyn Write, problem: &str) -> fmt::Result {
        let sign = self.style(Style::new().red(), self.signs.refused);
        // The lines are counted, to be cleared with the next answer: none may be wider than the terminal.
        let width = usize::from(Term::stderr().size().1).saturating_sub(3);
        let problem = visible(problem);
        let lines: Vec<String> = problem
            .lines()
            .flat_map(|line| wrapped(line, width))
            .collect();
        write!(to, "{sign} {}", lines.join("\n  "))
    }

    fn format_confirm_prompt(
        &self,
        to: &mut dyn Write,
        question: &str,
        default: Option<bool>,
    ) -> fmt::Result {
        let hint = match default {
            Some(true) => "Y/n",
            Some(false) => "y/N",
            None => "y/n",
        };
        self.question(to, question, Some(hint))
    }

    fn format_confirm_prompt_selection(
        &self,
        to: &mut dyn Write,
        question: &str,
        answer: Option<bool>,
    ) -> fmt::Result {
        let answer = if answer == Some(true) { "yes" } else { "no" };
        self.answered(to, question, answer)
    }

    fn format_input_prompt(
        &self,
        to: &mut dyn Write,
        question: &str,
        default: Option<&str>,
    ) -> fmt::Result {
        self.question(to, question, default)
    }

    fn format_input_prompt_selection(
        &self,
        to: &mut dyn Write,
        question: &str,
        answer: &str,
    ) -> fmt::Result {
        self.answered(to, question, answer)
    }

    fn format_select_prompt(&self, to: &mut dyn Write, question: &str) -> fmt::Result {
        self.question(to, question, None)
    }

    fn format_select_prompt_selection(
        &self,
        to: &mut dyn Write,
        question: &str,
        answer: &str,
    ) -> fmt::Result {
        self.answered(to, question, answer)
    }

    fn format_select_prompt_item(
        &self,
        to: &mut dyn Write,
        choice: &str,
        active: bool,
    ) -> fmt::Result {
        let choice = visible(choice);
        if active {
            let sign = self.style(Style::new().green(), self.signs.chosen);
            write!(to, "{sign} {}", self.style(Style::new().cyan(), choice))
        } else {
            write!(to, "  {choice}")
        }
    }
}

/// Whether the locale's characters are UTF-8: the first of these that is set says so (setlocale(3)).
fn is_utf8() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.ends_with("utf-8") || locale.ends_with("utf8")
    })
}

/// A line broken at spaces into lines of at most `width` columns; a longer word is left whole.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if measure_text_width(last) + 1 + measure_text_width(word) <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
