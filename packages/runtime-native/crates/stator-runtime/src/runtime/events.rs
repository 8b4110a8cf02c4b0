use std::sync::Arc;

use crate::{
    Error, ErrorCode, Result,
    events::{EventHub, EventPublisher, EventScope, EventSubscription, SubscribeOptions},
};

use super::{Component, DistributedRuntime, Endpoint, Namespace};

/// What a runtime has for events.
pub(super) struct Events {
    pub(super) hub: Arc<EventHub>,
    /// How topics are subscribed to, unless it is said otherwise.
    pub(super) subscribe: SubscribeOptions,
}

impl DistributedRuntime {
    /// What publishes and subscribes. Only runtimes made by [`DistributedRuntime::connect`] have it; another fails with
    /// `invalid_argument`.
    pub fn events(&self) -> Result<&Arc<EventHub>> {
        self.own_events().map(|events| &events.hub)
    }

    /// Publishes events of `topic` in a scope.
    pub async fn publisher(&self, scope: EventScope, topic: &str) -> Result<EventPublisher> {
        self.events()?.publisher(scope, topic).await
    }

    /// Subscribes to `topic` in a scope; without options, to as many events as the configuration says.
    pub async fn subscribe(
        &self,
        scope: EventScope,
        topic: &str,
        options: Option<SubscribeOptions>,
    ) -> Result<EventSubscription> {
        let events = self.own_events()?;
        let options = options.unwrap_or(events.subscribe);
        events.hub.subscribe(scope, topic, options).await
    }

    fn own_events(&self) -> Result<&Events> {
        self.0.events.get().ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidArgument,
                "this runtime was made without a configuration, and has no event plane",
            )
        })
    }
}

macro_rules! scopes {
    ($($handle:ident)+) => {$(
        impl $handle {
            /// Publishes events of `topic` in the scope of this. See [`EventHub::publisher`].
            pub async fn publisher(&self, topic: &str) -> Result<EventPublisher> {
                self.runtime().publisher(self.scope(), topic).await
            }

            /// Subscribes to `topic` in the scope of this. See [`EventHub::subscribe`].
            pub async fn subscribe(&self, topic: &str, options: Option<SubscribeOptions>) -> Result<EventSubscription> {
                self.runtime().subscribe(self.scope(), topic, options).await
            }
        }
    )+};
}

scopes!(Namespace Component Endpoint);
