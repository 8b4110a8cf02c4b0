/// Under which id this process is known to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    pub id: u64,
    /// False from the moment when the back end has said that the id is no longer ours until there is another one.
    pub held: bool,
}
