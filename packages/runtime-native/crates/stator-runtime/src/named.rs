use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

/// Things of this process that exist as long as somebody holds them, by name.
#[derive(Debug)]
pub(crate) struct Named<T>(Mutex<HashMap<String, Weak<T>>>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Named<T> {
    /// The one of that name; `make` is asked when there is none.
    pub fn get(&self, name: &str, make: impl FnOnce() -> Arc<T>) -> Arc<T> {
        let mut all = self.0.lock();
        if let Some(there) = all.get(name).and_then(Weak::upgrade) {
            return there;
        }
        all.retain(|_, each| each.strong_count() > 0);
        let made = make();
        all.insert(name.to_owned(), Arc::downgrade(&made));
        made
    }
}
