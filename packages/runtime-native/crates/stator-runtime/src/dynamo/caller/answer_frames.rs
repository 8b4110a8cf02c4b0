use std::cell::RefCell;

use crate::{
    Error, ErrorCode,
    connection::End,
    dynamo::wire::{
        Unreadable,
        control::{self, Prologue, SENTINEL},
        item,
        two_part::{self, TwoPart},
    },
};

use super::Exchange;

/// An end takes no more than this.
pub(super) const MAX_END: usize = 64;

thread_local! {
    /// Values are transcoded into this.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How far an answer is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Prologue,
    Items,
    /// The last item has come.
    Complete,
    /// So has the last frame.
    Over,
}

impl PartialOrd for Phase {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        (*self as u8).partial_cmp(&(*other as u8))
    }
}

/// Takes the whole frames in `bytes`, as long as there is room for them.
pub(super) fn take(exchange: &Exchange, bytes: &[u8], phase: &mut Phase) -> Result<usize, Unreadable> {
    let limit = exchange.shared.limits.max_body();
    let mut at = 0;
    let mut room = exchange.has_room();
    while *phase != Phase::Over {
        let Some((message, length)) = two_part::split(&bytes[at..], limit)? else {
            break;
        };
        if !room && *phase == Phase::Items && has_value(exchange, message) {
            break;
        }
        at += length;
        match *phase {
            Phase::Prologue => prologue(exchange, message, phase)?,
            _ => room = frame(exchange, message, length, phase)?,
        }
    }
    Ok(at)
}

/// Whether there has to be room for a frame. An end needs none: who waits for the end of a call may not read before it.
fn has_value(exchange: &Exchange, message: TwoPart<'_>) -> bool {
    message.header.is_empty()
        && (message.body.len() > MAX_END
            || item::read(exchange.codec, message.body, exchange.whole, &mut Vec::new())
                .is_ok_and(|item| item.value.is_some()))
}

fn prologue(exchange: &Exchange, message: TwoPart<'_>, phase: &mut Phase) -> Result<(), Unreadable> {
    if !message.body.is_empty() {
        return Err(Unreadable::wrong("a prologue with a body"));
    }
    let prologue: Prologue = control::read("a prologue", message.header)?;
    let Some(text) = prologue.error else {
        *phase = Phase::Items;
        return Ok(());
    };
    // No handler has begun, unless the worker says that the fault is the request's.
    let error = match prologue.typed_error.map(|error| error.into_error()) {
        Some(error) if error.code != ErrorCode::Internal => error,
        _ => Error::new(
            ErrorCode::Unavailable,
            format!("the worker at {} did not take the call: {text}", exchange.peer),
        ),
    };
    let refused = error.code.retryable();
    exchange.end(End::Failed { error, refused });
    *phase = Phase::Over;
    Ok(())
}

/// Says whether there is room for more.
fn frame(exchange: &Exchange, message: TwoPart<'_>, length: usize, phase: &mut Phase) -> Result<bool, Unreadable> {
    let TwoPart { header, body } = message;
    let wrong = |what: &str| Err(Unreadable::wrong(what));
    if !header.is_empty() {
        if !body.is_empty() {
            return wrong("a frame with both a header and a body");
        }
        if header != SENTINEL {
            return wrong("a control frame that only callers send");
        }
        if *phase == Phase::Items && !exchange.is_cancelled() {
            exchange.lost(true, "the answer ended before it was complete");
        } else if *phase == Phase::Items {
            exchange.end(End::Finished);
        }
        *phase = Phase::Over;
        return Ok(true);
    }
    if *phase == Phase::Complete {
        // The end behind an error says nothing new.
        let mut scratch = Vec::new();
        return match item::read(exchange.codec, body, exchange.whole, &mut scratch) {
            Ok(item) if item.last && item.value.is_none() => Ok(true),
            _ => wrong("an item after the last one"),
        };
    }
    SCRATCH.with_borrow_mut(|scratch| {
        let item = item::read(exchange.codec, body, exchange.whole, scratch)?;
        let mut room = true;
        if let Some((lane, data)) = item.value {
            let cost = u32::try_from(length).unwrap_or(u32::MAX);
            room = exchange.received(u64::from(cost));
            if let Some(observer) = exchange.observer() {
                observer.message(lane, data, cost);
            }
        }
        if let Some(error) = item.error {
            exchange.end(End::Failed { error, refused: false });
            *phase = Phase::Complete;
            // The worker goes on to say that this was the last item.
            return Ok(true);
        }
        if item.last {
            exchange.end(End::Finished);
            *phase = Phase::Complete;
        }
        Ok(room)
    })
}
