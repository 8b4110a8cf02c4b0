use crate::{Asked, Contract, Misfit, Registry, TypeRef};

macro_rules! tuples {
    ($(($($item:ident $index:tt),+)),* $(,)?) => {
        $(impl<$($item: Contract),+> Contract for ($($item,)+) {
            fn describe(registry: &mut Registry) -> TypeRef {
                TypeRef::Tuple { items: vec![$($item::describe(registry)),+] }
            }

            fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
                let asked = asked.of_parts();
                $(self.$index.check_contract(&asked).map_err(|misfit| misfit.inside($index))?;)+
                Ok(())
            }
        })*
    };
}

// As many as ts-rs knows.
tuples! {
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9),
}
