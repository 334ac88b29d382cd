//! A bad disk: SQLite's own layer for files, with faults in between.
//!
//! Every file SQLite opens in this process goes through here; the methods of the real layer are
//! kept and called, only reading, writing, syncing and opening are looked at first.

#![allow(unreachable_pub, reason = "used by one test file, which is a crate of its own")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

/// What a write does once there is no room left.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Half of it is written, then there is no space.
    Full,
    /// Half of it is written, then the device fails.
    Broken,
}

static REAL: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());
static METHODS: AtomicPtr<sqlite3_io_methods> = AtomicPtr::new(ptr::null_mut());
static WAL_METHODS: AtomicPtr<sqlite3_io_methods> = AtomicPtr::new(ptr::null_mut());
static FILE_METHODS: AtomicPtr<sqlite3_io_methods> = AtomicPtr::new(ptr::null_mut());
static SYNCS: AtomicI64 = AtomicI64::new(0);
/// Writes to the WAL, syncs of it, and reads of any file, that still succeed; negative: all.
static ROOM: AtomicI64 = AtomicI64::new(-1);
static SYNCS_LEFT: AtomicI64 = AtomicI64::new(-1);
static READS_LEFT: AtomicI64 = AtomicI64::new(-1);
static BROKEN: AtomicBool = AtomicBool::new(false);
/// Whether a fault strikes once and all is well again.
static PASSES: AtomicBool = AtomicBool::new(false);
/// Faults that have struck.
static STRUCK: AtomicI64 = AtomicI64::new(0);
static FILE_FAILS: AtomicBool = AtomicBool::new(false);
static FILE_SYNC_FAILS: AtomicBool = AtomicBool::new(false);
static READ_ONLY: AtomicBool = AtomicBool::new(false);

/// The one disk of this process, for one test at a time.
pub struct Disk {
    _alone: MutexGuard<'static, ()>,
}

impl Disk {
    pub fn take() -> Disk {
        static ALONE: Mutex<()> = Mutex::new(());
        static INSTALL: Once = Once::new();
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        INSTALL.call_once(install);
        let disk = Disk { _alone: alone };
        disk.heals();
        disk
    }

    /// How often a WAL was synced.
    pub fn wal_syncs(&self) -> i64 {
        SYNCS.load(SeqCst)
    }

    /// After `left` more syncs, syncing a WAL fails; what was written stays.
    pub fn wal_sync_fails(&self, left: i64) {
        SYNCS_LEFT.store(left, SeqCst);
    }

    /// After `left` more reads, reading any file fails.
    pub fn reads_fail(&self, left: i64) {
        READS_LEFT.store(left, SeqCst);
    }

    /// A fault of a WAL or of a read strikes once, and then all is well; or it stays.
    pub fn faults_pass(&self, pass: bool) {
        PASSES.store(pass, SeqCst);
    }

    /// How many faults have struck since the disk was last healed.
    pub fn struck(&self) -> i64 {
        STRUCK.load(SeqCst)
    }

    /// After `room` more writes, writing to a WAL fails.
    pub fn wal_fails(&self, room: i64, fault: Fault) {
        BROKEN.store(matches!(fault, Fault::Broken), SeqCst);
        ROOM.store(room, SeqCst);
    }

    /// Writing to the database file itself fails, or not.
    pub fn file_fails(&self, fails: bool) {
        FILE_FAILS.store(fails, SeqCst);
    }

    /// Syncing the database file itself fails, or not.
    pub fn file_sync_fails(&self, fails: bool) {
        FILE_SYNC_FAILS.store(fails, SeqCst);
    }

    /// Database files can only be opened for reading, or not.
    pub fn is_read_only(&self, only: bool) {
        READ_ONLY.store(only, SeqCst);
    }

    /// Everything works again.
    pub fn heals(&self) {
        for left in [&ROOM, &SYNCS_LEFT, &READS_LEFT] {
            left.store(-1, SeqCst);
        }
        STRUCK.store(0, SeqCst);
        PASSES.store(false, SeqCst);
        FILE_FAILS.store(false, SeqCst);
        FILE_SYNC_FAILS.store(false, SeqCst);
        READ_ONLY.store(false, SeqCst);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.heals();
    }
}

fn install() {
    // SAFETY: the default layer exists for ever once SQLite is initialised, which finding it does.
    // The copy is leaked, so it lives as long; SQLite only follows its pointers.
    unsafe {
        let real = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!real.is_null());
        REAL.store(real, SeqCst);
        let mut layer = *real;
        layer.pNext = ptr::null_mut();
        layer.zName = c"bad-disk".as_ptr();
        layer.xOpen = Some(open);
        let layer = Box::leak(Box::new(layer));
        assert_eq!(ffi::sqlite3_vfs_register(layer, 1), ffi::SQLITE_OK);
    }
}

unsafe extern "C" fn open(
    _layer: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    mut flags: c_int,
    out: *mut c_int,
) -> c_int {
    let main = flags & ffi::SQLITE_OPEN_MAIN_DB != 0;
    if main && READ_ONLY.load(SeqCst) {
        // What the real layer does when the system refuses to open for writing.
        flags = (flags & !(ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE)) | ffi::SQLITE_OPEN_READONLY;
    }
    let real = REAL.load(SeqCst);
    // SAFETY: the arguments are SQLite's own, handed on to the layer they were made for. The
    // methods of an opened file are a table that is only read; ours differs in three entries.
    unsafe {
        let Some(real_open) = (*real).xOpen else {
            return ffi::SQLITE_ERROR;
        };
        let code = real_open(real, name, file, flags, out);
        let methods = (*file).pMethods;
        if code != ffi::SQLITE_OK || methods.is_null() {
            return code;
        }
        if flags & ffi::SQLITE_OPEN_WAL != 0 {
            (*file).pMethods = table(&WAL_METHODS, methods, wal_write, wal_sync);
        } else if main {
            (*file).pMethods = table(&FILE_METHODS, methods, file_write, file_sync);
        }
        code
    }
}

/// Counts one more down; whether the fault strikes now.
fn strikes(left: &AtomicI64) -> bool {
    let now = left.load(SeqCst);
    if now > 0 {
        left.store(now - 1, SeqCst);
    }
    if now == 0 {
        STRUCK.fetch_add(1, SeqCst);
        if PASSES.load(SeqCst) {
            left.store(-1, SeqCst);
        }
    }
    now == 0
}

type WriteFn = unsafe extern "C" fn(*mut sqlite3_file, *const c_void, c_int, sqlite3_int64) -> c_int;
type SyncFn = unsafe extern "C" fn(*mut sqlite3_file, c_int) -> c_int;

/// Our table for one kind of file, made when the first of them is opened.
unsafe fn table(
    slot: &AtomicPtr<sqlite3_io_methods>,
    real: *const sqlite3_io_methods,
    write: WriteFn,
    sync: SyncFn,
) -> *const sqlite3_io_methods {
    METHODS.store(real.cast_mut(), SeqCst);
    if slot.load(SeqCst).is_null() {
        // SAFETY: `real` is the table of an open file.
        let mut methods = unsafe { *real };
        methods.xRead = Some(read);
        methods.xWrite = Some(write);
        methods.xSync = Some(sync);
        slot.store(Box::leak(Box::new(methods)), SeqCst);
    }
    slot.load(SeqCst)
}

unsafe extern "C" fn read(file: *mut sqlite3_file, bytes: *mut c_void, count: c_int, at: sqlite3_int64) -> c_int {
    if strikes(&READS_LEFT) {
        return ffi::SQLITE_IOERR_READ;
    }
    // SAFETY: the table was stored when the first file was opened and is never freed.
    unsafe { (*METHODS.load(SeqCst)).xRead.map_or(ffi::SQLITE_ERROR, |read| read(file, bytes, count, at)) }
}

unsafe extern "C" fn wal_write(file: *mut sqlite3_file, bytes: *const c_void, count: c_int, at: sqlite3_int64) -> c_int {
    if strikes(&ROOM) {
        // SAFETY: as in `real_write`, and half of a buffer is within it.
        unsafe { real_write(file, bytes, count / 2, at) };
        return if BROKEN.load(SeqCst) { ffi::SQLITE_IOERR_WRITE } else { ffi::SQLITE_FULL };
    }
    // SAFETY: SQLite's own arguments.
    unsafe { real_write(file, bytes, count, at) }
}

unsafe extern "C" fn wal_sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    SYNCS.fetch_add(1, SeqCst);
    if strikes(&SYNCS_LEFT) {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    // SAFETY: SQLite's own arguments.
    unsafe { real_sync(file, flags) }
}

unsafe extern "C" fn file_write(file: *mut sqlite3_file, bytes: *const c_void, count: c_int, at: sqlite3_int64) -> c_int {
    if FILE_FAILS.load(SeqCst) {
        return ffi::SQLITE_IOERR_WRITE;
    }
    // SAFETY: SQLite's own arguments.
    unsafe { real_write(file, bytes, count, at) }
}

unsafe extern "C" fn file_sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    if FILE_SYNC_FAILS.load(SeqCst) {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    // SAFETY: SQLite's own arguments.
    unsafe { real_sync(file, flags) }
}

unsafe fn real_write(file: *mut sqlite3_file, bytes: *const c_void, count: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: the table was stored when the first file was opened and is never freed.
    unsafe {
        let methods = METHODS.load(SeqCst);
        (*methods).xWrite.map_or(ffi::SQLITE_ERROR, |write| write(file, bytes, count, at))
    }
}

unsafe fn real_sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: as in `real_write`.
    unsafe {
        let methods = METHODS.load(SeqCst);
        (*methods).xSync.map_or(ffi::SQLITE_ERROR, |sync| sync(file, flags))
    }
}
