//! A command line up to the word that is being completed, understood as far as it goes.

use clap::{Arg, ArgAction, Command};

/// What the words before the one that is being completed say.
pub(super) struct Line<'command> {
    /// The innermost command that they name.
    command: &'command Command,
    /// The flags that were given, each with its value where it has one.
    given: Vec<(&'command Arg, Option<String>)>,
    /// How many arguments without a flag came after the command's name.
    positionals: usize,
    /// The flag that waits for its value.
    pending: Option<&'command Arg>,
    /// Whether `--` came, after which nothing is a flag.
    is_escaped: bool,
}

/// What is being completed.
pub(super) enum Wanted<'command> {
    /// The value of a flag or argument, of which `typed` is there.
    Value {
        /// The flag or argument.
        arg: &'command Arg,
        /// What of the value is there.
        typed: String,
    },
    /// The name of a flag.
    Flag,
    /// The name of a command.
    Command,
    /// Something that there is nothing to choose from.
    Nothing,
}

impl<'command> Line<'command> {
    /// Reads the words; what makes no sense is passed over.
    pub(super) fn read(root: &'command Command, words: &[String]) -> Self {
        let mut line = Self {
            command: root,
            given: Vec::new(),
            positionals: 0,
            pending: None,
            is_escaped: false,
        };
        for word in words {
            line.read_word(word);
        }
        line
    }

    /// The value that was given to the flag of this identifier; the last one, if several were.
    pub(super) fn value_of(&self, id: &str) -> Option<&str> {
        let mut given = self.given.iter().rev();
        given.find_map(|(arg, value)| value.as_deref().filter(|_| arg.get_id() == id))
    }

    /// The commands that may come next.
    pub(super) fn commands(&self) -> impl Iterator<Item = &'command Command> {
        self.command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
    }

    /// The flags that may come next, with their names: those that may be given again, or were not given yet.
    pub(super) fn flags(&self) -> impl Iterator<Item = (&'command str, &'command Arg)> {
        self.command
            .get_arguments()
            .filter(|arg| !arg.is_hide_set())
            .filter(|arg| {
                matches!(arg.get_action(), ArgAction::Append)
                    || self
                        .given
                        .iter()
                        .all(|(given, _)| given.get_id() != arg.get_id())
            })
            .filter_map(|arg| Some((arg.get_long()?, arg)))
    }

    /// What is being completed, given what of the word is there.
    pub(super) fn wanted(&self, current: &str) -> Wanted<'command> {
        let value = |arg, typed: &str| Wanted::Value {
            arg,
            typed: typed.to_owned(),
        };
        if let Some(arg) = self.pending {
            return value(arg, current);
        }
        if current.starts_with('-') && !self.is_escaped {
            let Some((flag, typed)) = current.split_once('=') else {
                return Wanted::Flag;
            };
            let arg = match (flag.strip_prefix("--"), flag.strip_prefix('-')) {
                (Some(long), _) => self.long(long),
                (None, Some(short)) => self.short(short),
                (None, None) => None,
            };
            return arg
                .filter(|arg| takes_value(arg))
                .map_or(Wanted::Nothing, |arg| value(arg, typed));
        }
        if self.command.has_subcommands() {
            return Wanted::Command;
        }
        let last = self.command.get_positionals().last();
        let repeated = last.filter(|arg| matches!(arg.get_action(), ArgAction::Append));
        let next = self.command.get_positionals().nth(self.positionals);
        match next.or(repeated) {
            Some(arg) => value(arg, current),
            None => Wanted::Nothing,
        }
    }

    fn read_word(&mut self, word: &str) {
        if let Some(arg) = self.pending.take() {
            self.given.push((arg, Some(word.to_owned())));
        } else if self.is_escaped {
            self.positionals += 1;
        } else if word == "--" {
            self.is_escaped = true;
        } else if let Some(flag) = word.strip_prefix("--") {
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (flag, None),
            };
            if let Some(arg) = self.long(name) {
                self.give(arg, value);
            }
        } else if let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) {
            self.read_short(flags);
        } else if let Some(command) = self.command.find_subcommand(word) {
            self.command = command;
            self.positionals = 0;
        } else {
            self.positionals += 1;
        }
    }

    /// Reads flags of one letter in one word: `-yq`, `-n NAMESPACE`, `-nNAMESPACE` or `-n=NAMESPACE`.
    fn read_short(&mut self, flags: &str) {
        let mut letters = flags.chars();
        while let Some(letter) = letters.next() {
            let Some(arg) = self.short(letter.encode_utf8(&mut [0; 4])) else {
                continue;
            };
            if takes_value(arg) {
                let rest = letters.as_str();
                let value = rest.strip_prefix('=').unwrap_or(rest);
                return self.give(arg, (!rest.is_empty()).then_some(value));
            }
            self.give(arg, None);
        }
    }

    /// Notes a flag; one whose value may stand in the next word waits for it.
    fn give(&mut self, arg: &'command Arg, value: Option<&str>) {
        if value.is_none() && takes_value(arg) && !arg.is_require_equals_set() {
            self.pending = Some(arg);
        } else {
            self.given.push((arg, value.map(str::to_owned)));
        }
    }

    fn long(&self, name: &str) -> Option<&'command Arg> {
        self.command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(name))
    }

    fn short(&self, name: &str) -> Option<&'command Arg> {
        let mut letters = name.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else {
            return None;
        };
        self.command
            .get_arguments()
            .find(|arg| arg.get_short() == Some(letter))
    }
}

/// Whether a flag has a value.
fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}
