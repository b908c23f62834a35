//! The binary in a pseudo-terminal: what a person sees, and what a person types.

use std::io::{Read, Write};
use std::num::NonZero;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command as PtyCommand, Pty};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::tcgetattr;

use crate::support::Repository;

/// Ctrl-C.
pub const CTRL_C: &str = "\x03";
/// Ctrl-D.
pub const CTRL_D: &str = "\x04";
/// The key that moves down in a list.
pub const DOWN: &str = "\x1b[B";
/// Enter.
pub const ENTER: &str = "\r";

/// How long anything may take; only a failing test waits so long.
const LIMIT: Duration = Duration::from_secs(30);

/// A terminal with the program running in it.
pub struct Terminal {
    pty: Pty,
    /// None once it is waited for.
    child: Option<Child>,
    screen: vt100::Parser,
    bytes: Vec<u8>,
    modes: String,
}

/// A terminal in which the program has ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none for a program that a signal ended.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What is on the screen, without trailing space.
    pub screen: String,
    /// Everything that was written to the terminal.
    pub bytes: String,
}

impl Terminal {
    /// Runs the binary in a repository, in a terminal that is large enough for everything.
    pub fn run(repository: &Repository, line: &str) -> Self {
        Self::of_size(repository.command(line.split_whitespace()), 200, 1000)
    }

    /// Runs a command in a terminal of so many rows and columns.
    pub fn of_size(mut command: Command, rows: u16, columns: u16) -> Self {
        command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let modes = format!("{:?}", tcgetattr(&pty).unwrap());
        let child = PtyCommand::from(command).spawn(pts).unwrap();
        let some = |number| NonZero::new(number).unwrap();
        Self {
            pty,
            child: Some(child),
            screen: vt100::Parser::new(some(rows), some(columns), 0),
            bytes: Vec::new(),
            modes,
        }
    }

    /// The program's process id.
    pub fn process(&self) -> Pid {
        let id = self.child.as_ref().unwrap().id();
        Pid::from_raw(i32::try_from(id).unwrap()).unwrap()
    }

    /// Sends a signal to the program until something happens.
    ///
    /// One that comes just before the program begins to wait for a key is seen with the next key or signal.
    pub fn signal_until_it_ends(&self, signal: Signal) {
        let soon = Timespec::try_from(Duration::from_millis(100)).unwrap();
        let deadline = Instant::now() + LIMIT;
        let mut ready = 0;
        while ready == 0 {
            assert!(Instant::now() < deadline, "{signal:?} is ignored");
            kill_process(self.process(), signal).unwrap();
            let mut polled = [PollFd::new(&self.pty, PollFlags::IN)];
            ready = poll(&mut polled, Some(&soon)).unwrap();
        }
    }

    /// What is on the screen now.
    pub fn screen(&self) -> String {
        let rows = self
            .screen
            .screen()
            .rows(0, self.screen.screen().size().1.get());
        let lines: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Waits until the screen shows a text.
    pub fn see(&mut self, text: &str) -> &mut Self {
        self.watch(text, |screen| screen.contains(text))
    }

    /// Waits for an open question: the end of the screen.
    pub fn see_question(&mut self, question: &str) -> &mut Self {
        self.watch(question, |screen| {
            screen == question || screen.ends_with(&format!("\n{question}"))
        })
    }

    fn watch(&mut self, text: &str, is_seen: impl Fn(&str) -> bool) -> &mut Self {
        let deadline = Instant::now() + LIMIT;
        while !is_seen(&self.screen()) {
            let more = self.show_more(deadline);
            assert!(
                more || is_seen(&self.screen()),
                "{text:?} is not on the screen:\n{}",
                self.screen()
            );
        }
        self
    }

    /// Waits for output and shows it on the screen; false when the program has closed the terminal.
    fn show_more(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).unwrap();
        let mut polled = [PollFd::new(&self.pty, PollFlags::IN)];
        let ready = poll(&mut polled, Some(&left)).unwrap();
        assert!(ready > 0, "nothing happens any more:\n{}", self.screen());
        let mut buffer = [0; 4096];
        // Linux says EIO when nobody has the terminal open.
        let Ok(count @ 1..) = self.pty.read(&mut buffer) else {
            return false;
        };
        self.bytes.extend(&buffer[..count]);
        self.screen.process(&buffer[..count]);
        true
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.pty.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Types an answer and Enter.
    pub fn answer(&mut self, answer: &str) -> &mut Self {
        self.keys(answer).keys(ENTER)
    }

    /// Whether a text on the screen is in colour.
    pub fn is_coloured(&self, text: &str) -> bool {
        let screen = self.screen.screen();
        let screen_text = self.screen();
        let (row, column) = screen_text
            .lines()
            .enumerate()
            .find_map(|(row, line)| Some((row, line.find(text)?)))
            .unwrap();
        let cell = screen.cell(u16::try_from(row).unwrap(), u16::try_from(column).unwrap());
        cell.unwrap().fgcolor() != vt100::Color::Default
    }

    /// Closes the terminal's window, and waits for the program to end.
    pub fn hang_up(mut self) -> ExitStatus {
        let process = self.process();
        let mut child = self.child.take().unwrap();
        drop(self);
        let (sender, receiver) = channel();
        thread::spawn(move || sender.send(child.wait().unwrap()));
        receiver.recv_timeout(LIMIT).unwrap_or_else(|_| {
            kill_process(process, Signal::KILL).unwrap();
            panic!("the program outlives its terminal");
        })
    }

    /// Waits for the program to end. The terminal must then be as it was.
    pub fn end(mut self) -> Ended {
        let deadline = Instant::now() + LIMIT;
        while self.show_more(deadline) {}
        let status = self.child.take().unwrap().wait().unwrap();
        let modes = format!("{:?}", tcgetattr(&self.pty).unwrap());
        assert_eq!(modes, self.modes, "the terminal's modes");
        assert!(!self.screen.screen().hide_cursor(), "the cursor is hidden");
        Ended {
            code: status.code(),
            signal: status.signal(),
            screen: self.screen(),
            bytes: String::from_utf8_lossy(&self.bytes).into_owned(),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Of a test that failed while the program was asking.
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
