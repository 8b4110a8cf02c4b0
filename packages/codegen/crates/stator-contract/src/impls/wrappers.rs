use std::{borrow::Cow, rc::Rc, sync::Arc};

use crate::{Asked, Contract, Misfit, Registry, TypeRef};

macro_rules! transparent {
    ($($rust:ty),*) => {
        $(impl<T: Contract + ?Sized> Contract for $rust {
            fn describe(registry: &mut Registry) -> TypeRef {
                T::describe(registry)
            }

            fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
                (**self).check_contract(asked)
            }
        })*
    };
}

transparent!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: Contract + ToOwned + ?Sized> Contract for Cow<'_, T> {
    fn describe(registry: &mut Registry) -> TypeRef {
        T::describe(registry)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        (**self).check_contract(asked)
    }
}

impl<T: Contract> Contract for Option<T> {
    fn describe(registry: &mut Registry) -> TypeRef {
        let inner = T::describe(registry);
        if matches!(inner, TypeRef::Option { .. } | TypeRef::Unit) {
            registry.error(
                "Option<Option<T>> and Option<()> are all null on the wire, so one of their values is lost. \
                 Use an enum, or a struct with a field of its own for the inner value.",
            );
        }
        TypeRef::option_of(inner)
    }

    fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
        self.as_ref().map_or(Ok(()), |inner| inner.check_contract(asked))
    }
}
