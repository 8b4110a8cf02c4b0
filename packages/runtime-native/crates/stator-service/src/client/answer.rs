use std::future::{Future, IntoFuture};
use std::pin::Pin;

use serde::de::DeserializeOwned;
use stator_contract::Contract;

use super::responses::Responses;
use crate::{
    declared::{Declared, NoError},
    failure::Failure,
};

/// The one answer of a call that is under way. Dropping it cancels the call.
pub struct Answer<O, E = NoError>(Responses<O, E>);

impl<O, E> Answer<O, E> {
    pub(super) fn new(responses: Responses<O, E>) -> Self {
        Self(responses)
    }

    /// The instance that serves the call, once one was chosen.
    pub fn instance_id(&self) -> Option<u64> {
        self.0.instance_id()
    }
}

impl<O, E> IntoFuture for Answer<O, E>
where
    O: Contract + DeserializeOwned + Send + 'static,
    E: Declared,
{
    type Output = Result<O, Failure<E>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.0.one())
    }
}
