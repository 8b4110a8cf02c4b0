use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::parts::{check_entries, check_items};
use crate::{Asked, Contract, MapKey, Misfit, Registry, TypeRef};

fn list<T: Contract>(registry: &mut Registry) -> TypeRef {
    TypeRef::List {
        of: Box::new(T::describe(registry)),
    }
}

fn set<T: Contract>(registry: &mut Registry) -> TypeRef {
    TypeRef::Set {
        of: Box::new(T::describe(registry)),
    }
}

fn map<K: Contract, V: Contract>(registry: &mut Registry) -> TypeRef {
    TypeRef::Map {
        key: Box::new(K::describe(registry)),
        value: Box::new(V::describe(registry)),
    }
}

impl<T: Contract> Contract for Vec<T> {
    fn describe(registry: &mut Registry) -> TypeRef {
        list::<T>(registry)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_items(self.iter(), asked)
    }
}

impl<T: Contract> Contract for [T] {
    fn describe(registry: &mut Registry) -> TypeRef {
        list::<T>(registry)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_items(self.iter(), asked)
    }
}

impl<T: Contract, const N: usize> Contract for [T; N] {
    fn describe(registry: &mut Registry) -> TypeRef {
        if N > 32 {
            registry.error("serde reads arrays of up to 32 items. Use a Vec with min_length and max_length.");
        }
        TypeRef::Array {
            of: Box::new(T::describe(registry)),
            length: N,
        }
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_items(self.iter(), &asked.of_parts())
    }
}

impl<T: Contract, S> Contract for HashSet<T, S> {
    fn describe(registry: &mut Registry) -> TypeRef {
        set::<T>(registry)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_items(self.iter(), asked)
    }
}

impl<T: Contract> Contract for BTreeSet<T> {
    fn describe(registry: &mut Registry) -> TypeRef {
        set::<T>(registry)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_items(self.iter(), asked)
    }
}

impl<K: Contract + MapKey, V: Contract, S> Contract for HashMap<K, V, S> {
    fn describe(registry: &mut Registry) -> TypeRef {
        map::<K, V>(registry)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_entries(self.iter(), asked)
    }
}

impl<K: Contract + MapKey, V: Contract> Contract for BTreeMap<K, V> {
    fn describe(registry: &mut Registry) -> TypeRef {
        map::<K, V>(registry)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        check_entries(self.iter(), asked)
    }
}
