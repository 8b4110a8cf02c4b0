use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use stator_contract::Contract;
use stator_runtime::{Error, ErrorCode, Result, client::ResponseStream, payload::Payload};
use tokio_util::sync::ReusableBoxFuture;

use super::target::SharedTarget;
use crate::{
    declared::{Declared, NoError},
    failure::Failure,
    json,
};

/// The items of a call, each checked as it arrives. Items that are not taken hold the worker back. Dropping it cancels
/// the call.
///
/// Read it with [`Responses::next`], or as a [`Stream`].
pub struct Responses<O, E = NoError> {
    state: State,
    /// Of the call that is over, or under a poll.
    instance: Option<u64>,
    target: SharedTarget,
    types: PhantomData<fn() -> (O, E)>,
}

type Next = (ResponseStream, Result<Option<Payload>>);

enum State {
    Idle(ResponseStream),
    /// A poll has begun to wait for an item.
    Waiting(ReusableBoxFuture<'static, Next>),
    Over,
}

impl<O, E> Responses<O, E> {
    pub(super) fn new(stream: ResponseStream, target: SharedTarget) -> Self {
        Self {
            state: State::Idle(stream),
            instance: None,
            target,
            types: PhantomData,
        }
    }

    /// The instance that serves the call, once one was chosen.
    pub fn instance_id(&self) -> Option<u64> {
        match &self.state {
            State::Idle(stream) => stream.instance_id(),
            State::Waiting(_) | State::Over => self.instance,
        }
    }

    /// Asks the handler to finish early; what it still sends is read as before.
    pub fn stop(&self) {
        if let State::Idle(stream) = &self.state {
            stream.stop();
        }
    }
}

impl<O: Contract + DeserializeOwned, E: Declared> Responses<O, E> {
    /// The next item; `None` after the last one.
    ///
    /// # Errors
    /// With what the worker failed with; `invalid_response` for an item that breaks its contract, which ends the call.
    pub async fn next(&mut self) -> Result<Option<O>, Failure<E>> {
        let State::Idle(stream) = &mut self.state else {
            return std::future::poll_fn(|context| self.poll_item(context)).await;
        };
        let item = stream.next().await;
        match std::mem::replace(&mut self.state, State::Over) {
            State::Idle(stream) => self.taken(stream, item),
            State::Waiting(_) | State::Over => Ok(None),
        }
    }

    /// The only item.
    ///
    /// # Errors
    /// `protocol` when there are none or several; else as [`Responses::next`].
    pub async fn one(mut self) -> Result<O, Failure<E>> {
        let target = SharedTarget::clone(&self.target);
        let count = |count| {
            Failure::of(Error::new(
                ErrorCode::Protocol,
                format!("{}: {count} items came where one was expected", target.path()),
            ))
        };
        let Some(first) = self.next().await? else {
            return Err(count("no"));
        };
        match self.next().await? {
            None => Ok(first),
            Some(_) => Err(count("several")),
        }
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<O>, Failure<E>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(Ok(None)),
                State::Idle(mut stream) => {
                    self.instance = stream.instance_id();
                    self.state = State::Waiting(ReusableBoxFuture::new(async move {
                        let item = stream.next().await;
                        (stream, item)
                    }));
                }
                State::Waiting(mut next) => match next.poll(context) {
                    Poll::Pending => {
                        self.state = State::Waiting(next);
                        return Poll::Pending;
                    }
                    Poll::Ready((stream, item)) => return Poll::Ready(self.taken(stream, item)),
                },
            }
        }
    }

    /// An item ends the call when it is the last one, an error, or none that the contract allows.
    fn taken(&mut self, stream: ResponseStream, item: Result<Option<Payload>>) -> Result<Option<O>, Failure<E>> {
        self.instance = stream.instance_id();
        let path = self.target.path();
        match item {
            Ok(None) => Ok(None),
            Err(error) => Err(Failure::received(error, path)),
            Ok(Some(payload)) => {
                let item = json::read(&payload, ErrorCode::InvalidResponse, path).map_err(|error| {
                    Failure::of(match self.instance {
                        Some(instance) => error.from_instance(instance),
                        None => error,
                    })
                })?;
                self.state = State::Idle(stream);
                Ok(Some(item))
            }
        }
    }
}

impl<O: Contract + DeserializeOwned, E: Declared> Stream for Responses<O, E> {
    type Item = Result<O, Failure<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context).map(Result::transpose)
    }
}
