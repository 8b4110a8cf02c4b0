//! The exports that every addon has beside its own: what the generated files need to run tasks, streams and objects.

use std::sync::Arc;

use stator_contract::{Binding, RawFunction, RawParameter, RawType};

use crate::{
    call::{Call, Export},
    crossed::{Crossed, Outcome},
    environment::Environment,
    failure::{Failure, FailureCode},
    inbox::{Event, Inbox},
};

/// Events that one call takes at most, so that a flood does not hold JavaScript's event loop.
const MOST_EVENTS: usize = 256;

macro_rules! internal_exports {
    ($($(#[doc = $doc:literal])* $type:ident = $name:literal ($($parameter:ident: $raw:ident),*) -> $result:ident $run:expr;)*) => {
        $(struct $type;

        impl Export for $type {
            const NAME: &'static str = $name;

            fn call(call: &Call) -> Outcome {
                let run: fn(&Call) -> Outcome = $run;
                run(call)
            }
        })*

        pub(crate) fn describe() -> Vec<Binding> {
            vec![$(Binding::RawFunction(RawFunction {
                name: $name.to_owned(),
                docs: stator_contract::private::docs_of(&[$($doc),*]),
                parameters: vec![$(RawParameter { name: stringify!($parameter).to_owned(), raw_type: RawType::$raw }),*],
                result: RawType::$result,
            })),*]
        }

        pub(crate) fn export(exports: &mut crate::addon::Exports<'_>) {
            $(exports.add::<$type>();)*
        }
    };
}

internal_exports! {
    /// Starts the addon for this thread. `wake` is called when there is something to drain.
    Start = "stator.start" (wake: Function) -> Unknown |call| {
        let wake = call.argument(0).function()?;
        let inbox = Inbox::new(&wake)
            .map_err(|error| Failure::new(FailureCode::Internal, format!("wake: {}", error.reason)))?;
        Environment::with(|environment| environment.open_inbox(Arc::new(inbox)));
        Ok(Crossed::Undefined)
    };
    /// What has happened, as one list: a kind, then what belongs to it. Empty when there is nothing more.
    Drain = "stator.drain" () -> Unknown |_| Ok(Crossed::List(drain()));
    /// Gives up a task or a stream.
    Cancel = "stator.cancel" (number: Number) -> Unknown |call| {
        let number = call.number(0)?;
        if let Some(running) = Environment::with(|environment| environment.running(number)) {
            running.work.cancel();
        }
        Ok(Crossed::Undefined)
    };
    /// The next items of a stream: JSON of a list, or a list; `undefined` when there are none yet, `null` at the end.
    Take = "stator.take" (number: Number) -> Unknown |call| {
        let number = call.number(0)?;
        match Environment::with(|environment| environment.running(number)).and_then(|running| running.stream) {
            Some(stream) => stream.take(),
            None => Ok(Crossed::Null),
        }
    };
    /// Answers a call of a function of JavaScript: the result as JSON, or nothing when there is none.
    Reply = "stator.reply" (task: Number, reply: Number, result: Unknown) -> Unknown |call| {
        let number = call.number(0)?;
        let reply = call.number(1)?;
        let result = match call.read(2)? {
            Crossed::Text(text) => Some(text),
            _ => None,
        };
        if let Some(running) = Environment::with(|environment| environment.running(number)) {
            running.work.answer(reply, result);
        }
        Ok(Crossed::Undefined)
    };
    /// Closes an object. Harmless a second time.
    Close = "stator.close" (object: Number) -> Unknown |call| {
        let number = call.number(0)?;
        Environment::with(|environment| environment.close_object(number))?;
        Ok(Crossed::Undefined)
    };
}

fn drain() -> Vec<Crossed> {
    let events = Environment::with(Environment::inbox).map(|inbox| inbox.take(MOST_EVENTS));
    let mut list = Vec::new();
    for event in events.unwrap_or_default() {
        match event {
            Event::Settled { task, outcome } => {
                Environment::with(|environment| environment.finished(task));
                let (kind, value) = match outcome {
                    Ok(value) => ("settled", value),
                    Err(failure) => ("failed", failure.into_list()),
                };
                list.extend([text(kind), Crossed::Number(task as f64), value]);
            }
            Event::Ready { stream } => list.extend([text("ready"), Crossed::Number(stream as f64), Crossed::Undefined]),
            Event::Dropped { stream } => {
                list.extend([text("dropped"), Crossed::Number(stream as f64), Crossed::Undefined]);
            }
            Event::Call {
                task,
                callback,
                argument,
                reply,
            } => {
                if let Some(running) = Environment::with(|environment| environment.running(task)) {
                    running.work.taken();
                    let call = vec![
                        Crossed::Number(f64::from(callback)),
                        argument.map_or(Crossed::Null, Crossed::Text),
                        reply.map_or(Crossed::Null, |reply| Crossed::Number(reply as f64)),
                    ];
                    list.extend([text("call"), Crossed::Number(task as f64), Crossed::List(call)]);
                }
            }
        }
    }
    list
}

fn text(text: &str) -> Crossed {
    Crossed::Text(text.to_owned())
}
