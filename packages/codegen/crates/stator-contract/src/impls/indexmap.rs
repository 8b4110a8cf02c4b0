use ::indexmap::{IndexMap, IndexSet};

use super::parts::{check_entries, check_items};
use crate::{Asked, Contract, MapKey, Misfit, Registry, TypeRef};

/// Readers in JavaScript put keys that look like array indices first; the order of all others is kept.
impl<K: Contract + MapKey, V: Contract> Contract for IndexMap<K, V> {
    fn describe(registry: &mut Registry) -> TypeRef {
        TypeRef::Map {
            key: Box::new(K::describe(registry)),
            value: Box::new(V::describe(registry)),
        }
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_entries(self.iter(), asked)
    }
}

impl<T: Contract> Contract for IndexSet<T> {
    fn describe(registry: &mut Registry) -> TypeRef {
        TypeRef::Set {
            of: Box::new(T::describe(registry)),
        }
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_items(self.iter(), asked)
    }
}
