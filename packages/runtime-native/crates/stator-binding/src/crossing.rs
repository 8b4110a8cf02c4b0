use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use napi::{
    Env, JsString, JsValue as _,
    bindgen_prelude::Object,
    sys::{napi_callback_info, napi_env, napi_value},
};
use napi_derive::napi;
use rustc_hash::FxHashMap;
use stator_bindings::binding;
use stator_runtime::{Error, ErrorCode};

use crate::{
    direct_call::{Returned, enter, export, internal},
    event::SLOTS,
    native_runtime::thrown,
    operation::Submission,
    session::Session,
};

/// What JavaScript calls the memory that it lends.
type Uint8Array<'a> = &'a [u8];
type Uint32Array<'a> = &'a mut [u32];

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
pub fn feed(runtime: u32, connection: u32, bytes: Uint8Array<'_>) -> napi::Result<()> {
    with(runtime, |crossing| {
        if let Some(reader) = &crossing.session.reader {
            reader.feed(connection, bytes);
        }
        Ok(())
    })
}

/// Takes a batch of operations: `count` records of eight numbers, whose payloads stand one after another in the first `used` bytes of
/// `payloads`, texts as UTF-8; `direct` is a payload that stands by itself. Returns twice how many calls are blocked now, and
/// one more if there is something to drain, for which nobody calls `wake`. The numbers of the blocked calls stand at the
/// start of `records`, client calls with 1 before them and served ones with 2.
#[binding(raw)]
pub fn submit(
    runtime: u32,
    payloads: Uint8Array<'_>,
    used: u32,
    records: Uint32Array<'_>,
    count: u32,
    direct: Uint8Array<'_>,
) -> napi::Result<u32> {
    with(runtime, |Crossing { session, .. }| {
        let Some(payloads) = payloads.get(..used as usize) else {
            return Err(internal("a batch of more than there is"));
        };
        let filled = (count as usize).saturating_mul(SLOTS).min(records.len());
        let (blocked, arrived) = Submission::new(session, payloads, direct).run(&records[..filled]);
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
pub fn drain<'env>(env: &'env Env, runtime: u32, records: Uint32Array<'_>) -> napi::Result<JsString<'env>> {
    with(runtime, |Crossing { session, bytes, .. }| {
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

unsafe extern "C" fn enter_feed(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: Node-API gave both.
    unsafe {
        enter::<3>(env, info, |given| {
            feed(given.number(0)?, given.number(1)?, given.bytes(2)?).map(|()| Returned::Undefined)
        })
    }
}

unsafe extern "C" fn enter_submit(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: Node-API gave both. The outbox lends the records, in memory of their own, to nobody else.
    unsafe {
        enter::<6>(env, info, |given| {
            let (payloads, used) = (given.bytes(1)?, given.number(2)?);
            let (records, count) = (given.numbers(3)?, given.number(4)?);
            submit(given.number(0)?, payloads, used, records, count, given.bytes(5)?).map(Returned::Number)
        })
    }
}

unsafe extern "C" fn enter_drain(env: napi_env, info: napi_callback_info) -> napi_value {
    // SAFETY: Node-API gave both. The inbox lends the records to nobody else.
    unsafe {
        enter::<2>(env, info, |given| {
            let text = drain(&given.env(), given.number(0)?, given.numbers(1)?)?.raw();
            Ok(Returned::Value(text))
        })
    }
}

/// Adds to the exports what each batch calls.
#[napi(module_exports)]
pub fn export_crossing(exports: Object<'_>, env: Env) -> napi::Result<()> {
    export(&env, &exports, "feed", enter_feed)?;
    export(&env, &exports, "submit", enter_submit)?;
    export(&env, &exports, "drain", enter_drain)
}
