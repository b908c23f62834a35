//! What the program prints: data on standard output, all else on standard error.

use std::io::{self, IsTerminal, Write};

use console::{Style, Term, set_colors_enabled, set_colors_enabled_stderr};
pub(crate) use pgdb::domain::visible::visible;
use serde::Serialize;

use crate::checks::Pen;
use crate::failure::{Exit, Failure};

/// The two streams, and how to write to each.
#[derive(Debug)]
pub(crate) struct Output {
    quiet: bool,
    colour: bool,
    colour_stderr: bool,
}

impl Output {
    /// The process's own streams: in colour on a terminal, unless `NO_COLOR` is set to anything (no-color.org) or the
    /// terminal is a dumb one. `quiet` leaves errors, warnings and data that were asked for.
    pub(crate) fn new(quiet: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let allowed =
            !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let colour = allowed && io::stdout().is_terminal();
        let colour_stderr = allowed && io::stderr().is_terminal();
        set_colors_enabled(colour);
        set_colors_enabled_stderr(colour_stderr);
        Self {
            quiet,
            colour,
            colour_stderr,
        }
    }

    /// Whether only what was asked for is printed.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether a person looks on: standard error is a terminal that can move its cursor.
    pub(crate) fn is_watched(&self) -> bool {
        io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    /// Whether what is asked on standard error may be in colour.
    pub(crate) fn colour_stderr(&self) -> bool {
        self.colour_stderr
    }

    /// How checks are to be written on standard output: in colour and broken into lines on a terminal alone.
    pub(crate) fn pen(&self) -> Pen {
        let size = Term::stdout().size_checked();
        Pen {
            colour: self.colour,
            width: size
                .filter(|_| io::stdout().is_terminal())
                .map(|(_, columns)| columns.into()),
        }
    }

    /// Prints data on standard output, exactly as it is.
    pub(crate) fn data(&self, text: &str) -> Result<(), Failure> {
        let mut stream = io::stdout().lock();
        stream
            .write_all(text.as_bytes())
            .and_then(|()| stream.flush())
            .map_err(|error| lost(&error))
    }

    /// Prints a structure as JSON on standard output.
    pub(crate) fn json(&self, structure: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(structure)
            .map_err(|error| Failure::unknown(format!("cannot write JSON: {error}"), ""))?;
        self.data(&format!("{text}\n"))
    }

    /// Prints a unified diff on standard output; on a terminal in colour, and with control characters made visible.
    pub(crate) fn diff(&self, text: &str) -> Result<(), Failure> {
        if !io::stdout().is_terminal() {
            return self.data(text);
        }
        let styled: String = text.lines().map(|line| self.diff_line(line)).collect();
        self.data(&styled)
    }

    fn diff_line(&self, line: &str) -> String {
        let line = visible(line);
        let style = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'd', b'i', b'f', b'f', ..] => {
                Style::new().bold()
            }
            [b'+', ..] => Style::new().green(),
            [b'-', ..] => Style::new().red(),
            [b'@', b'@', ..] => Style::new().cyan(),
            _ => Style::new(),
        };
        if self.colour {
            format!("{}\n", style.force_styling(true).apply_to(line))
        } else {
            format!("{line}\n")
        }
    }

    /// Tells the user something on standard error, unless quiet.
    pub(crate) fn tell(&self, text: &str) {
        if !self.quiet {
            self.write_stderr(&format!("{text}\n"));
        }
    }

    /// Shows on standard error what is asked about, also when quiet: nobody can answer for what was not seen.
    pub(crate) fn show(&self, text: &str) {
        self.write_stderr(&visible(text));
    }

    /// Warns on standard error.
    pub(crate) fn warn(&self, text: &str) {
        let label = self.label("warning", Style::new().yellow().bold());
        self.write_stderr(&format!("{label}: {}\n", visible(text)));
    }

    /// Prints why the command failed and what to do, on standard error.
    pub(crate) fn failure(&self, failure: &Failure) {
        if failure.message.is_empty() {
            return;
        }
        let error = self.label("error", Style::new().red().bold());
        self.write_stderr(&format!(
            "{error}: {}\n",
            visible(failure.message.trim_end())
        ));
        if let Some(help) = &failure.help {
            let label = self.label("help", Style::new().cyan().bold());
            self.write_stderr(&format!("{label}: {}\n", visible(help.trim_end())));
        }
    }

    fn label(&self, text: &str, style: Style) -> String {
        style
            .force_styling(self.colour_stderr)
            .apply_to(text)
            .to_string()
    }

    /// Nobody can be told when standard error is closed.
    fn write_stderr(&self, text: &str) {
        let mut stream = io::stderr().lock();
        drop(
            stream
                .write_all(text.as_bytes())
                .and_then(|()| stream.flush()),
        );
    }
}

/// A failure to print: silent when the reader has gone, as `head` does.
fn lost(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure {
            exit: Exit::Unknown,
            message: String::new(),
            help: None,
        };
    }
    Failure::unknown(format!("cannot write to standard output: {error}"), "")
}
