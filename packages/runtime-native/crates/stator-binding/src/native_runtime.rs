use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use napi::bindgen_prelude::{Buffer, Function};
use napi_derive::napi;
use stator_bindings::binding;
use stator_runtime::{
    Error, ErrorCode,
    config::{RuntimeConfig, RuntimeOptions, init_logging},
};

use crate::{
    command::Command, crossing::Crossing, inbox::Inbox, io_thread::IoThread, js_sink::error_text, session::Session,
    wake::Wake,
};

/// A runtime; `feed`, `submit` and `drain` name it by its number. Used by `src/crossing`, never by applications.
#[binding]
#[napi]
pub struct NativeRuntime {
    session: Arc<Session>,
    io: Option<IoThread>,
    crossing: Rc<RefCell<Crossing>>,
    number: u32,
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
        let (number, crossing) = Crossing::open(Arc::clone(&session));
        Ok(Self {
            session,
            io: Some(io),
            crossing,
            number,
        })
    }

    /// What `feed`, `submit` and `drain` call this runtime on the thread that has made it.
    #[napi(catch_unwind)]
    pub fn number(&self) -> u32 {
        self.number
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

    /// The bytes lane of the last drain.
    #[napi(catch_unwind)]
    pub fn take_bytes(&mut self) -> Buffer {
        Buffer::from(self.crossing.borrow_mut().take_bytes())
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

impl Drop for NativeRuntime {
    fn drop(&mut self) {
        Crossing::close(self.number);
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

/// A thrown error whose message is the typed error as JSON; `src/crossing` makes a `StatorError` of it.
pub fn thrown(error: &Error) -> napi::Error {
    napi::Error::from_reason(error_text(error))
}
