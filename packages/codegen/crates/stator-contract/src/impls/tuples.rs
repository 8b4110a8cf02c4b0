use crate::{Contract, Registry, TypeRef};

macro_rules! tuples {
    ($(($($item:ident),+)),* $(,)?) => {
        $(impl<$($item: Contract),+> Contract for ($($item,)+) {
            fn describe(registry: &mut Registry) -> TypeRef {
                TypeRef::Tuple { items: vec![$($item::describe(registry)),+] }
            }
        })*
    };
}

// As many as ts-rs knows.
tuples! {
    (A),
    (A, B),
    (A, B, C),
    (A, B, C, D),
    (A, B, C, D, E),
    (A, B, C, D, E, F),
    (A, B, C, D, E, F, G),
    (A, B, C, D, E, F, G, H),
    (A, B, C, D, E, F, G, H, I),
    (A, B, C, D, E, F, G, H, I, J),
}
