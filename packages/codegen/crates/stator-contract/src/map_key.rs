use std::{borrow::Cow, rc::Rc, sync::Arc};

/// A type that serde writes as text when it is the key of a map. Derived for enums that have only unit variants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map in a contract",
    note = "the keys of a JSON object are text: use String or an enum of unit variants, or a list of pairs"
)]
pub trait MapKey {}

impl MapKey for String {}
impl MapKey for str {}
impl<T: MapKey + ?Sized> MapKey for &T {}
impl<T: MapKey + ?Sized> MapKey for Box<T> {}
impl<T: MapKey + ?Sized> MapKey for Rc<T> {}
impl<T: MapKey + ?Sized> MapKey for Arc<T> {}
impl<T: MapKey + ToOwned + ?Sized> MapKey for Cow<'_, T> {}
