//! Why a command ends without success, and the exit code that follows.

use std::fmt;
use std::process::ExitCode;

use pgdb::domain::name::NameError;
use pgdb::fetch_cert::FetchError;
use pgdb::grant::GrantError;
use pgdb::init::server::ConnectionError;
use pgdb::list::ListError;
use pgdb::live::controller::ControllerError;
use pgdb::migrate_roles::MigrateError;
use pgdb::new_app::NewAppError;
use pgdb::remove::RemoveError;
use pgdb::render::RenderError;
use pgdb::repo::path::RepoPathError;
use pgdb::rotate::RotateError;
use pgdb::rotate::reseal::ResealError;
use pgdb::rotate::turns::TurnError;
use pgdb::sync::SyncError;
use pgdb::target::TargetError;

use crate::files::{ApplyError, FileError, HistoryError, LockError, RootError};

/// The exit codes of every command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// Done, or all is fine.
    Done,
    /// There are findings, or a check failed.
    Findings,
    /// The call or its input is wrong; nothing was written.
    Usage,
    /// The program could not look or could not write, so nothing is known.
    Unknown,
    /// Interrupted from the keyboard; nothing was written. What shells expect of SIGINT.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Unknown => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// Why a command ends without success: what was wrong and where, and what to do.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What was wrong, and where; empty where there is nobody to tell, as for a closed pipe.
    pub(crate) message: String,
    /// What to do about it; may have several lines.
    pub(crate) help: Option<String>,
}

impl Failure {
    /// The call or its input is wrong.
    pub(crate) fn usage(message: impl fmt::Display, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message, help)
    }

    /// The program could not look or could not write.
    pub(crate) fn unknown(message: impl fmt::Display, help: impl Into<String>) -> Self {
        Self::new(Exit::Unknown, message, help)
    }

    /// The user ended the command from the keyboard.
    pub(crate) fn interrupted() -> Self {
        Self {
            exit: Exit::Interrupted,
            message: "interrupted; nothing was written".to_owned(),
            help: None,
        }
    }

    /// The user ended, from the keyboard, a command that only looks.
    pub(crate) fn stopped() -> Self {
        Self {
            exit: Exit::Interrupted,
            message: "interrupted".to_owned(),
            help: None,
        }
    }

    /// The same failure, of a command that had written its changes before.
    pub(crate) fn after_writing(self) -> Self {
        Self {
            help: Some("the changes were written all the same".to_owned()),
            ..self
        }
    }

    /// The user was asked whether to write, and said no.
    pub(crate) fn declined() -> Self {
        Self {
            exit: Exit::Usage,
            message: "not confirmed; nothing was written".to_owned(),
            help: None,
        }
    }

    pub(crate) fn new(exit: Exit, message: impl fmt::Display, help: impl Into<String>) -> Self {
        let help = help.into();
        Self {
            exit,
            message: message.to_string(),
            help: (!help.is_empty()).then_some(help),
        }
    }

    fn io_or_usage(is_io: bool, message: impl fmt::Display, help: impl Into<String>) -> Self {
        let exit = if is_io { Exit::Unknown } else { Exit::Usage };
        Self::new(exit, message, help)
    }
}

impl From<NameError> for Failure {
    fn from(error: NameError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<RepoPathError> for Failure {
    fn from(error: RepoPathError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<NewAppError> for Failure {
    fn from(error: NewAppError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<RemoveError> for Failure {
    fn from(error: RemoveError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<GrantError> for Failure {
    fn from(error: GrantError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<RotateError> for Failure {
    fn from(error: RotateError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<TurnError> for Failure {
    fn from(error: TurnError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<ResealError> for Failure {
    fn from(error: ResealError) -> Self {
        Self::unknown(&error, error.help())
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Self::usage(&error, error.help())
    }
}

impl From<ControllerError> for Failure {
    fn from(error: ControllerError) -> Self {
        match error {
            ControllerError::Unreadable(reason) => reason.into(),
            error => Self::usage(&error, error.help()),
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let is_io = !matches!(error, FetchError::Foreign { .. });
        Self::io_or_usage(is_io, &error, error.help())
    }
}

impl From<RootError> for Failure {
    fn from(error: RootError) -> Self {
        Self::io_or_usage(error.is_io(), &error, error.help())
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::io_or_usage(error.is_io(), &error, error.help())
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        Self::unknown(&error, error.help())
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        Self::unknown(&error, error.help())
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        if matches!(error, ApplyError::Interrupted) {
            return Self::interrupted();
        }
        Self::io_or_usage(error.is_io(), &error, error.help())
    }
}
