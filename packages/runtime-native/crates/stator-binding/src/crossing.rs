use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use napi::{
    Env, JsString,
    bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice},
};
use napi_derive::napi;
use rustc_hash::FxHashMap;
use stator_bindings::binding;
use stator_runtime::{Error, ErrorCode};

use crate::{event::SLOTS, native_runtime::thrown, operation::Submission, session::Session};

static NUMBERS: AtomicU32 = AtomicU32::new(1);

thread_local! {
    /// The runtimes that were made on this thread. Each stands in a cell of its own, so that one can be dropped while
    /// JavaScript is in a call of another.
    static OPEN: RefCell<FxHashMap<u32, Rc<RefCell<Crossing>>>> = RefCell::default();
}

/// What the batches of one runtime need, found by its number: they are functions and no methods, because looking after who
/// borrows the object of a method costs more than a small batch does.
pub struct Crossing {
    session: Arc<Session>,
    /// Raw bytes of the last drain.
    bytes: Vec<u8>,
}

impl Crossing {
    /// Adds a runtime of this thread; gives its number.
    pub fn open(session: Arc<Session>) -> (u32, Rc<RefCell<Self>>) {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let crossing = Rc::new(RefCell::new(Self {
            session,
            bytes: Vec::new(),
        }));
        OPEN.with_borrow_mut(|open| open.insert(number, Rc::clone(&crossing)));
        (number, crossing)
    }

    /// Forgets a runtime that JavaScript has no use for any more.
    pub fn close(number: u32) {
        // A thread that ends forgets all of them by itself.
        let _ = OPEN.try_with(|open| open.borrow_mut().remove(&number));
    }

    pub fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

fn with<T>(runtime: u32, run: impl FnOnce(&mut Crossing) -> napi::Result<T>) -> napi::Result<T> {
    let crossing = OPEN.with_borrow(|open| open.get(&runtime).cloned());
    let Some(crossing) = crossing else {
        return Err(internal(&format!("this thread has no runtime {runtime}")));
    };
    match crossing.try_borrow_mut() {
        Ok(mut crossing) => run(&mut crossing),
        Err(_) => Err(internal("a batch inside of a batch")),
    }
}

/// Takes what was read from a socket; drain afterwards.
#[binding(raw)]
#[napi(catch_unwind)]
pub fn feed(runtime: u32, connection: u32, bytes: Uint8ArraySlice<'_>) -> napi::Result<()> {
    with(runtime, |crossing| {
        if let Some(reader) = &crossing.session.reader {
            reader.feed(connection, &bytes);
        }
        Ok(())
    })
}

/// Takes a batch of operations: `count` records of eight numbers, whose payloads stand one after another in the first `used` bytes of
/// `payloads`, texts as UTF-8; `direct` is a payload that stands by itself. Returns twice how many calls are blocked now, and
/// one more if there is something to drain, for which nobody calls `wake`. The numbers of the blocked calls stand at the
/// start of `records`, client calls with 1 before them and served ones with 2.
#[binding(raw)]
#[napi(catch_unwind)]
pub fn submit(
    runtime: u32,
    payloads: Uint8ArraySlice<'_>,
    used: u32,
    mut records: Uint32ArraySlice<'_>,
    count: u32,
    direct: Uint8ArraySlice<'_>,
) -> napi::Result<u32> {
    with(runtime, |Crossing { session, .. }| {
        let Some(payloads) = payloads.get(..used as usize) else {
            return Err(internal("a batch of more than there is"));
        };
        // SAFETY: JavaScript is in this call, so nobody else touches the array meanwhile.
        let records = unsafe { records.as_mut() };
        let filled = (count as usize).saturating_mul(SLOTS).min(records.len());
        let (blocked, arrived) = Submission::new(session, payloads, &direct).run(&records[..filled]);
        let mut written = 0;
        for (pair, (kind, id)) in records.chunks_exact_mut(2).zip(blocked) {
            pair[0] = kind;
            pair[1] = id;
            written += 1;
        }
        Ok(2 * written + u32::from(arrived))
    })
}

/// Hands over what has arrived: returns the joined text and writes the records from slot 8 on. Slot 0: how many
/// records; 1: whether there is more; 2: how many bytes `takeBytes` has.
#[binding(raw)]
#[napi(catch_unwind)]
pub fn drain<'env>(env: &'env Env, runtime: u32, mut records: Uint32ArraySlice<'_>) -> napi::Result<JsString<'env>> {
    with(runtime, |Crossing { session, bytes, .. }| {
        // SAFETY: JavaScript is in this call, so nobody else touches the array meanwhile.
        let records = unsafe { records.as_mut() };
        let Some((head, room)) = records.split_at_mut_checked(SLOTS) else {
            return Err(thrown(&Error::new(
                ErrorCode::InvalidArgument,
                "drain: the array is too small",
            )));
        };
        session.inbox.drain(room, |batch| {
            head[0] = batch.count as u32;
            head[1] = u32::from(batch.more);
            head[2] = batch.bytes.len() as u32;
            bytes.clear();
            bytes.extend_from_slice(batch.bytes);
            if batch.wide {
                let text = std::str::from_utf8(batch.text).map_err(|_| internal("events that are not UTF-8"))?;
                env.create_string(text)
            } else {
                env.create_string_latin1(batch.text)
            }
        })
    })
}

fn internal(what: &str) -> napi::Error {
    thrown(&Error::new(ErrorCode::Internal, format!("crossing: {what}")))
}
