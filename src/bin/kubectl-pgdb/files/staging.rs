//! New texts beside their targets, and what is kept of the old ones until all is done.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Gid, Mode, OFlags, RenameFlags, Stat, Uid};
use rustix::io::Errno;

/// What stands between the target's name and the random digits in the name of a staged file.
const MARK: &[u8] = b".pgdb-";

/// How many random hexadecimal digits end the name.
const DIGITS: usize = 16;

/// The longest file name, in bytes, on the file systems in use.
const NAME_MAX: usize = 255;

/// A new name for a file beside `target`: hidden, and no manifest by its ending.
pub(super) fn staged_name(target: &OsStr) -> OsString {
    let room = NAME_MAX - 1 - MARK.len() - DIGITS;
    let mut name = vec![b'.'];
    name.extend(target.as_bytes().iter().take(room));
    name.extend(MARK);
    name.extend(format!("{:016x}", rand::random::<u64>()).bytes());
    OsString::from_vec(name)
}

/// Whether a name is one that [`staged_name`] makes.
pub(super) fn is_staged(name: &OsStr) -> bool {
    let Some((start, digits)) = name.as_bytes().split_last_chunk::<DIGITS>() else {
        return false;
    };
    start.starts_with(b".")
        && start.ends_with(MARK)
        && digits
            .iter()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Removes the staged files that a killed process left in a folder. Only under the lock are they surely left over.
pub(super) fn remove_stale(folder: &OwnedFd) -> io::Result<()> {
    let mut stale = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if is_staged(name) {
            stale.push(name.to_owned());
        }
    }
    for name in stale {
        let stat = rustix::fs::statat(folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
            rustix::fs::unlinkat(folder, &name, AtFlags::empty())?;
        }
    }
    Ok(())
}

/// Makes a file that is not there yet, writes it and waits until it is on the disk.
///
/// It gets the permissions and, as far as allowed, the owner of `like`; without that, those of any new file.
pub(super) fn write_new(
    folder: &OwnedFd,
    name: &OsStr,
    text: &str,
    like: Option<&Stat>,
) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // What replaces a private file is never readable by others, not even while it is being written.
    let mode = match like {
        Some(_) => Mode::RUSR | Mode::WUSR,
        None => Mode::from_raw_mode(0o666),
    };
    let mut file = File::from(rustix::fs::openat(folder, name, flags, mode)?);
    file.write_all(text.as_bytes())?;
    if let Some(like) = like {
        let stat = rustix::fs::fstat(&file)?;
        if (stat.st_uid, stat.st_gid) != (like.st_uid, like.st_gid) {
            let (owner, group) = (Uid::from_raw(like.st_uid), Gid::from_raw(like.st_gid));
            // Only root may give files away; others own what they edit, as after a git checkout.
            let _ = rustix::fs::fchown(&file, Some(owner), Some(group));
        }
        rustix::fs::fchmod(&file, Mode::from_raw_mode(like.st_mode))?;
    }
    file.sync_all()
}

/// Keeps what is in a file under a second name, without copying where the file system can.
pub(super) fn keep_old(
    folder: &OwnedFd,
    name: &OsStr,
    backup: &OsStr,
    text: &str,
    like: &Stat,
) -> io::Result<()> {
    match rustix::fs::linkat(folder, name, folder, backup, AtFlags::empty()) {
        Ok(()) => Ok(()),
        // No hard links here, or not for this user (proc_sys_fs(5), protected_hardlinks), or too many.
        Err(Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK) => {
            write_new(folder, backup, text, Some(like))
        }
        Err(error) => Err(error.into()),
    }
}

/// Renames a file within its folder, unless the new name is taken.
pub(super) fn rename_new(folder: &OwnedFd, old: &OsStr, new: &OsStr) -> io::Result<()> {
    match rustix::fs::renameat_with(folder, old, folder, new, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // A file system without the flag (rename(2)): a hard link does not replace anything either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            rustix::fs::linkat(folder, old, folder, new, AtFlags::empty())?;
            // The file is in place: a staged name that stays is removed by the next command.
            let _ = rustix::fs::unlinkat(folder, old, AtFlags::empty());
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Renames a file within its folder over whatever has the new name.
pub(super) fn rename_over(folder: &OwnedFd, old: &OsStr, new: &OsStr) -> io::Result<()> {
    Ok(rustix::fs::renameat(folder, old, folder, new)?)
}

/// Removes a file, if it is there.
pub(super) fn remove(folder: &OwnedFd, name: &OsStr) -> io::Result<()> {
    match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Waits until a folder's names are on the disk.
pub(super) fn sync_folder(folder: impl AsFd) -> io::Result<()> {
    match rustix::fs::fsync(folder) {
        // A file system that cannot do that for folders.
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes a folder, given its parent and its path, unless somebody has put something there.
pub(super) fn remove_folder(parent: &OwnedFd, path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default();
    match rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
