use std::{collections::HashMap, sync::Arc};

use napi::{
    Env, JsString, JsValue,
    bindgen_prelude::{Buffer, Function, Uint8ArraySlice, Uint32ArraySlice},
};
use napi_derive::napi;
use stator_bindings::binding;
use stator_runtime::{
    Error, ErrorCode,
    config::{RuntimeConfig, RuntimeOptions, init_logging},
};

use crate::{
    command::Command, event::SLOTS, inbox::Inbox, io_thread::IoThread, js_sink::error_text, operation::Submission,
    session::Session, wake::Wake,
};

/// A runtime and the batches that go in and out of it. Used by `src/crossing`, never by applications.
#[binding]
#[napi]
pub struct NativeRuntime {
    session: Arc<Session>,
    io: Option<IoThread>,
    /// Text of a batch as UTF-8; kept, so that a batch costs no allocation.
    text: Vec<u8>,
    /// Raw bytes of the last drain.
    bytes: Vec<u8>,
}

#[binding(raw)]
#[napi]
impl NativeRuntime {
    /// Starts a runtime: the options and the environment are JSON objects. Wrong ones throw an error whose message is
    /// an error as JSON. With `reads_sockets` JavaScript reads the sockets that `ATTACH` events name, and feeds what comes.
    /// `wake` is called when there is something to drain; the first thing is result 0, which says
    /// how the start went.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        options: String,
        environment: String,
        reads_sockets: bool,
        wake: Function<'_, (), ()>,
    ) -> napi::Result<Self> {
        let config = configure(&options, &environment).map_err(|error| thrown(&error))?;
        init_logging(&config).map_err(|error| thrown(&error))?;
        let inbox = Arc::new(Inbox::new(Wake::new(&wake)?));
        let session = Arc::new(Session::new(inbox, reads_sockets));
        let io = IoThread::start(usize::from(config.worker_threads)).map_err(|error| {
            thrown(&Error::new(
                ErrorCode::Internal,
                format!("the runtime's thread did not start: {error}"),
            ))
        })?;
        io.handle().spawn(Arc::clone(&session).start(config));
        Ok(Self {
            session,
            io: Some(io),
            text: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Takes what was read from a socket; drain afterwards.
    #[napi(catch_unwind)]
    pub fn feed(&self, connection: u32, bytes: Uint8ArraySlice<'_>) {
        if let Some(reader) = &self.session.reader {
            reader.feed(connection, &bytes);
        }
    }

    /// A socket is at its end.
    #[napi(catch_unwind)]
    pub fn feed_end(&self, connection: u32) {
        if let Some(reader) = &self.session.reader {
            reader.end(connection);
        }
    }

    /// Starts a command (JSON); its result arrives as an event with the same number.
    #[napi(catch_unwind)]
    pub fn command(&self, number: u32, command: String) -> napi::Result<()> {
        let command: Command = serde_json::from_str(&command)
            .map_err(|error| thrown(&Error::new(ErrorCode::InvalidArgument, format!("command: {error}"))))?;
        self.session.announce(&command);
        if let Some(io) = &self.io {
            io.handle().spawn(Arc::clone(&self.session).run(number, command));
        }
        Ok(())
    }

    /// Takes a batch of operations: `count` records of eight numbers, whose texts are joined in `text`, which has
    /// `units` UTF-16 units, and whose bytes are joined in `bytes`. Returns twice how many calls are blocked now, and one
    /// more if there is something to drain, for which nobody calls `wake`. The numbers of the blocked calls stand at the
    /// start of `records`, client calls with 1 before them and served ones with 2.
    #[napi(catch_unwind)]
    pub fn submit(
        &mut self,
        env: Env,
        text: JsString<'_>,
        units: u32,
        mut records: Uint32ArraySlice<'_>,
        count: u32,
        bytes: Uint8ArraySlice<'_>,
    ) -> napi::Result<u32> {
        let length = read_text(env, &text, units, &mut self.text)?;
        let text = std::str::from_utf8(&self.text[..length])
            .map_err(|_| thrown(&Error::new(ErrorCode::Internal, "submit: a batch that is not UTF-8")))?;
        // SAFETY: JavaScript is in this call, so nobody else touches the array meanwhile.
        let records = unsafe { records.as_mut() };
        let ascii = length == units as usize;
        let used = (count as usize).saturating_mul(SLOTS).min(records.len());
        let (blocked, arrived) = Submission::new(&self.session, text, ascii, &bytes).run(&records[..used]);
        let mut written = 0;
        for (pair, (kind, id)) in records.chunks_exact_mut(2).zip(blocked) {
            pair[0] = kind;
            pair[1] = id;
            written += 1;
        }
        Ok(2 * written + u32::from(arrived))
    }

    /// Hands over what has arrived: returns the joined text and writes the records from slot 8 on. Slot 0: how many
    /// records; 1: whether there is more; 2: how many bytes [`NativeRuntime::take_bytes`] has.
    #[napi(catch_unwind)]
    pub fn drain<'env>(&mut self, env: &'env Env, mut records: Uint32ArraySlice<'_>) -> napi::Result<JsString<'env>> {
        // SAFETY: JavaScript is in this call, so nobody else touches the array meanwhile.
        let records = unsafe { records.as_mut() };
        let Some((head, room)) = records.split_at_mut_checked(SLOTS) else {
            return Err(thrown(&Error::new(
                ErrorCode::InvalidArgument,
                "drain: the array is too small",
            )));
        };
        let kept = &mut self.bytes;
        self.session.inbox.drain(room, |batch| {
            head[0] = batch.count as u32;
            head[1] = u32::from(batch.more);
            head[2] = batch.bytes.len() as u32;
            kept.clear();
            kept.extend_from_slice(batch.bytes);
            if batch.text.is_ascii() {
                env.create_string_latin1(batch.text.as_bytes())
            } else {
                env.create_string(batch.text)
            }
        })
    }

    /// The bytes lane of the last drain.
    #[napi(catch_unwind)]
    pub fn take_bytes(&mut self) -> Buffer {
        Buffer::from(std::mem::take(&mut self.bytes))
    }

    /// The next large message of the last drain: one for each record that says so, in their order.
    #[napi(catch_unwind)]
    pub fn take_blob(&mut self) -> Buffer {
        Buffer::from(self.session.inbox.take_blob())
    }

    /// Ends the runtime's thread. Nothing works afterwards; shut down first.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.io = None;
    }
}

/// Options over environment over defaults.
fn configure(options: &str, environment: &str) -> Result<RuntimeConfig, Error> {
    let parse = |what: &str, error: &serde_json::Error| {
        Error::new(
            ErrorCode::InvalidArgument,
            format!("the {what} cannot be read: {error}"),
        )
    };
    let options = serde_json::from_str(options).map_err(|error| parse("options", &error))?;
    let environment: HashMap<String, String> =
        serde_json::from_str(environment).map_err(|error| parse("environment", &error))?;
    RuntimeConfig::resolve(RuntimeOptions::from_json(options)?, |name| {
        environment.get(name).cloned()
    })
}

/// Copies a string of `units` UTF-16 units into `buffer` as UTF-8; returns its length in bytes.
fn read_text(env: Env, text: &JsString<'_>, units: u32, buffer: &mut Vec<u8>) -> napi::Result<usize> {
    // No unit takes more than three bytes; the last byte is for the terminator that Node-API writes.
    let room = units as usize * 3 + 1;
    if buffer.len() < room {
        buffer.resize(room, 0);
    } else if buffer.len() > 4 * 1024 * 1024 && room < 64 * 1024 {
        // One large batch must not keep its memory for ever.
        buffer.truncate(64 * 1024);
        buffer.shrink_to_fit();
    }
    let mut length = 0;
    // SAFETY: the buffer has `room` bytes, which the call is told; the string is alive for this call.
    let status = unsafe {
        napi::sys::napi_get_value_string_utf8(env.raw(), text.raw(), buffer.as_mut_ptr().cast(), room, &raw mut length)
    };
    if status == napi::sys::Status::napi_ok {
        Ok(length)
    } else {
        Err(thrown(&Error::new(
            ErrorCode::Internal,
            format!("submit: the text cannot be read (status {status})"),
        )))
    }
}

/// A thrown error whose message is the typed error as JSON; `src/crossing` makes a `StatorError` of it.
pub fn thrown(error: &Error) -> napi::Error {
    napi::Error::from_reason(error_text(error))
}
