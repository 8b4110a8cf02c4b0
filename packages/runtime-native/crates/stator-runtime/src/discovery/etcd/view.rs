use etcd_client::KeyValue;

/// What etcd said last of the keys of one prefix.
pub(super) trait View: Send + 'static {
    type Snapshot: Clone + Default + Send + Sync + 'static;

    /// With a slash at its end.
    fn prefix(&self) -> &'static str;

    /// Takes over everything that there is. True when a record came, went or changed; those that did not stay the same
    /// object.
    fn replace(&mut self, everything: &[KeyValue]) -> bool;

    /// True when that made a difference.
    fn put(&mut self, record: &KeyValue) -> bool;

    /// The key alone says what went. True if it was there.
    fn delete(&mut self, key: &[u8]) -> bool;

    fn snapshot(&self) -> Self::Snapshot;
}
