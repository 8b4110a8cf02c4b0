use std::marker::PhantomData;

/// Stands for a stream of `T` in the signature of a contract trait. It has no values: a contract is described, not run.
#[derive(Debug)]
pub struct Stream<T>(PhantomData<T>);
