use std::{collections::BTreeMap, sync::Arc};

/// Records beside those of instances. Discovery holds them for others, who know what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// Who publishes events, and how they are received.
    EventChannels,
    /// What else is known of those who publish events.
    EventSources,
    /// Which models are served.
    Models,
}

impl Bucket {
    pub const ALL: [Bucket; 3] = [Self::EventChannels, Self::EventSources, Self::Models];

    /// Its name in back ends, as in the original.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventChannels => "v1/event_channels",
            Self::EventSources => "v1/event_sources",
            Self::Models => "v1/mdc",
        }
    }
}

/// Every record of a bucket at one moment, by key: JSON, as it was read.
pub type Entries = Arc<BTreeMap<String, Arc<[u8]>>>;
