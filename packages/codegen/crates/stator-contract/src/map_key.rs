use std::{borrow::Cow, rc::Rc, sync::Arc};

/// A type that serde writes as text when it is the key of a map. Derived for enums that have only unit variants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map in a contract",
    note = "the keys of a JSON object are text: use String or an enum of unit variants, or a list of pairs"
)]
pub trait MapKey {
    /// The key as it is written.
    fn text(&self) -> String;
}

impl MapKey for String {
    fn text(&self) -> String {
        self.clone()
    }
}

impl MapKey for str {
    fn text(&self) -> String {
        self.to_owned()
    }
}

macro_rules! transparent {
    ($($rust:ty),*) => {
        $(impl<T: MapKey + ?Sized> MapKey for $rust {
            fn text(&self) -> String {
                (**self).text()
            }
        })*
    };
}

transparent!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: MapKey + ToOwned + ?Sized> MapKey for Cow<'_, T> {
    fn text(&self) -> String {
        (**self).text()
    }
}
