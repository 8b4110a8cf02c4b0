use super::super::{Bucket, Instance};

/// The bucket of instance records, as the original names it.
pub(super) const PREFIX: &str = "v1/instances/";

/// What the keys of a bucket of other records begin with.
pub(super) const fn prefix_of(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::EventChannels => "v1/event_channels/",
        Bucket::EventSources => "v1/event_sources/",
        Bucket::Models => "v1/mdc/",
    }
}

/// Whether keys like this are ours to look after.
pub(super) fn is_of_a_bucket(key: &str) -> bool {
    key.starts_with(PREFIX) || Bucket::ALL.iter().any(|bucket| key.starts_with(prefix_of(*bucket)))
}

/// Where a record stands: `v1/instances/{namespace}/{component}/{endpoint}/{id in hex}`. In the order of snapshots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RecordKey {
    pub(super) namespace: String,
    pub(super) component: String,
    pub(super) endpoint: String,
    pub(super) id: u64,
}

impl RecordKey {
    pub(super) fn of(instance: &Instance) -> Self {
        Self::new(
            &instance.namespace,
            &instance.component,
            &instance.endpoint,
            instance.instance_id,
        )
    }

    pub(super) fn new(namespace: &str, component: &str, endpoint: &str, id: u64) -> Self {
        Self {
            namespace: namespace.to_owned(),
            component: component.to_owned(),
            endpoint: endpoint.to_owned(),
            id,
        }
    }

    /// Reads a key, or says why it is none of ours.
    pub(super) fn parse(key: &[u8]) -> Result<Self, &'static str> {
        let key = std::str::from_utf8(key).map_err(|_| "the key is not UTF-8")?;
        let place = key.strip_prefix(PREFIX).ok_or("the key is in another bucket")?;
        let parts: Vec<&str> = place.split('/').collect();
        let [namespace, component, endpoint, id] = parts.as_slice() else {
            return Err("the key has not the four parts namespace/component/endpoint/id");
        };
        if namespace.is_empty() || component.is_empty() || endpoint.is_empty() {
            return Err("the key has an empty part");
        }
        let number = u64::from_str_radix(id, 16).map_err(|_| "the last part of the key is no id in hex")?;
        // One spelling a record, or the same place could be there twice.
        if format!("{number:x}") != *id {
            return Err("the id in the key is not in lower-case hex without padding");
        }
        Ok(Self::new(namespace, component, endpoint, number))
    }
}

impl std::fmt::Display for RecordKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            namespace,
            component,
            endpoint,
            id,
        } = self;
        write!(formatter, "{PREFIX}{namespace}/{component}/{endpoint}/{id:x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let key = RecordKey::new("hello", "back-end", "generate_1", u64::MAX);
        assert_eq!(
            key.to_string(),
            "v1/instances/hello/back-end/generate_1/ffffffffffffffff"
        );
        assert_eq!(RecordKey::parse(key.to_string().as_bytes()), Ok(key));
    }

    #[test]
    fn foreign_keys_are_refused_with_a_reason() {
        for (key, why) in [
            (&b"v1/mdc/a/b/c/1"[..], "another bucket"),
            (b"v1/instances/a/b/c", "four parts"),
            (b"v1/instances/a/b/c/d/1", "four parts"),
            (b"v1/instances/a//c/1", "empty part"),
            (b"v1/instances/a/b/c/xyz", "no id in hex"),
            (b"v1/instances/a/b/c/", "no id in hex"),
            (b"v1/instances/a/b/c/+1", "lower-case hex"),
            (b"v1/instances/a/b/c/0A", "lower-case hex"),
            (b"v1/instances/a/b/c/10000000000000000", "no id in hex"),
            (b"v1/instances/a/b/c/\xff", "not UTF-8"),
        ] {
            let refused = RecordKey::parse(key).err().unwrap_or_default();
            assert!(refused.contains(why), "{key:?}: {refused:?}");
        }
    }
}
