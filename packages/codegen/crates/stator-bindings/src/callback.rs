use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};

use crate::work::Work;

/// A function that JavaScript gave to a blocking or an async function, such as one that takes reports of progress.
///
/// It runs on JavaScript's thread. When it throws, the call is over: its promise is rejected with `callback_failed`,
/// and the callback returns [`CallbackError`] from then on.
pub struct Callback<T, R = ()> {
    work: Arc<Work>,
    index: u32,
    types: PhantomData<fn(T) -> R>,
}

/// The function of JavaScript was not called or did not return what it should: the caller gave up, or the function
/// threw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackError;

impl<T: Serialize, R> Callback<T, R> {
    pub(crate) fn new(work: Arc<Work>, index: u32) -> Self {
        Self {
            work,
            index,
            types: PhantomData,
        }
    }

    /// Has the function called and goes on. Waits only while 64 calls wait for JavaScript.
    ///
    /// # Errors
    /// When the caller gave up or the function threw earlier. Whoever needs not stop early may ignore it.
    pub fn send(&self, value: T) -> Result<(), CallbackError> {
        let argument = argument(&value)?;
        self.work.send(self.index, argument).map_err(|_| CallbackError)
    }
}

impl<T: Serialize, R: DeserializeOwned> Callback<T, R> {
    /// Has the function called and waits for what it returns, or for the promise that it returns. Not for use on
    /// JavaScript's thread, and not with anything locked that JavaScript may want.
    ///
    /// # Errors
    /// When the caller gave up, or the function threw or returned something else than `R`.
    pub fn call(&self, value: T) -> Result<R, CallbackError> {
        let argument = argument(&value)?;
        let reply = self.work.call(self.index, argument).map_err(|_| CallbackError)?;
        let text = reply.ok_or(CallbackError)?;
        serde_json::from_str(&text).map_err(|_| CallbackError)
    }
}

/// None for `()`.
fn argument(value: &impl Serialize) -> Result<Option<String>, CallbackError> {
    let text = serde_json::to_string(value).map_err(|_| CallbackError)?;
    Ok(Some(text))
}

impl<T, R> Clone for Callback<T, R> {
    fn clone(&self) -> Self {
        Self {
            work: Arc::clone(&self.work),
            index: self.index,
            types: PhantomData,
        }
    }
}

impl<T, R> fmt::Debug for Callback<T, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Callback")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for CallbackError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the function of JavaScript did not answer: it threw, or the caller gave up")
    }
}

impl std::error::Error for CallbackError {}

impl From<CallbackError> for String {
    fn from(error: CallbackError) -> Self {
        error.to_string()
    }
}
