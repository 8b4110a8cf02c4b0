use std::{
    any::Any,
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::failure::{Failure, FailureCode};

/// A Rust type whose objects JavaScript holds. `#[binding]` on its `impl` block implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no class of this addon",
    note = "put #[binding] on its impl block; its objects must be Send + Sync, because blocking methods run on other threads"
)]
pub trait Class: Send + Sync + Sized + 'static {
    const NAME: &'static str;
}

/// One object: shared by the calls that use it, which take turns.
pub struct Slot<T: Class> {
    value: RwLock<Quiet<T>>,
    poisoned: AtomicBool,
}

/// Drops its content without letting a panic out.
struct Quiet<T>(Option<T>);

impl<T> Quiet<T> {
    fn empty(&mut self) -> Result<(), Failure> {
        let value = self.0.take();
        catch_unwind(AssertUnwindSafe(|| drop(value))).map_err(Failure::panicked)
    }
}

impl<T> Drop for Quiet<T> {
    fn drop(&mut self) {
        // The panic hook has said it already; there is nobody left to be told.
        let _ = self.empty();
    }
}

impl<T: Class> Slot<T> {
    pub fn new(value: T) -> Arc<Self> {
        Arc::new(Self {
            value: RwLock::new(Quiet(Some(value))),
            poisoned: AtomicBool::new(false),
        })
    }

    /// For a call on JavaScript's thread, which never waits for another one: that might be waiting for JavaScript.
    pub fn read(&self) -> Result<Shared<'_, T>, Failure> {
        self.check()?;
        let guard = self.value.try_read().map_err(|_| self.busy())?;
        Shared::new(guard)
    }

    pub fn write(&self) -> Result<Exclusive<'_, T>, Failure> {
        self.check()?;
        let guard = self.value.try_write().map_err(|_| self.busy())?;
        Exclusive::new(guard, &self.poisoned)
    }

    /// For a call on the addon's threads: waits its turn.
    pub async fn read_in_turn(&self) -> Result<Shared<'_, T>, Failure> {
        self.check()?;
        let guard = self.value.read().await;
        self.check()?;
        Shared::new(guard)
    }

    pub async fn write_in_turn(&self) -> Result<Exclusive<'_, T>, Failure> {
        self.check()?;
        let guard = self.value.write().await;
        self.check()?;
        Exclusive::new(guard, &self.poisoned)
    }

    fn check(&self) -> Result<(), Failure> {
        if self.poisoned.load(Ordering::Acquire) {
            return Err(Failure::new(
                FailureCode::Poisoned,
                format!(
                    "an earlier call panicked while it changed this {}; close it and make a new one",
                    T::NAME
                ),
            ));
        }
        Ok(())
    }

    fn busy(&self) -> Failure {
        Failure::new(
            FailureCode::Busy,
            format!(
                "this {} is in use by a call that is still running; await that call first",
                T::NAME
            ),
        )
    }
}

/// An object whose type does not matter.
pub trait AnySlot: Send + Sync {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;

    /// JavaScript lets go of it. Calls that were made go on, also those that wait for their turn; the last of them drops
    /// the value. Fails when dropping it here panicked.
    fn close(self: Arc<Self>) -> Result<(), Failure>;
}

impl<T: Class> AnySlot for Slot<T> {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn close(self: Arc<Self>) -> Result<(), Failure> {
        Arc::into_inner(self).map_or(Ok(()), |slot| slot.value.into_inner().empty())
    }
}

pub(crate) fn closed<T: Class>() -> Failure {
    Failure::new(FailureCode::Closed, format!("this {} is closed", T::NAME))
}

/// `&self` of an object.
pub struct Shared<'a, T>(RwLockReadGuard<'a, Quiet<T>>);

impl<'a, T: Class> Shared<'a, T> {
    fn new(guard: RwLockReadGuard<'a, Quiet<T>>) -> Result<Self, Failure> {
        if guard.0.is_some() {
            Ok(Self(guard))
        } else {
            Err(closed::<T>())
        }
    }
}

impl<T: Class> Deref for Shared<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0.0 {
            Some(value) => value,
            None => unreachable!("looked at when the guard was made, and nobody writes meanwhile"),
        }
    }
}

/// `&mut self` of an object. A panic while it is held poisons the object.
pub struct Exclusive<'a, T> {
    guard: RwLockWriteGuard<'a, Quiet<T>>,
    poisoned: &'a AtomicBool,
}

impl<'a, T: Class> Exclusive<'a, T> {
    fn new(guard: RwLockWriteGuard<'a, Quiet<T>>, poisoned: &'a AtomicBool) -> Result<Self, Failure> {
        if guard.0.is_some() {
            Ok(Self { guard, poisoned })
        } else {
            Err(closed::<T>())
        }
    }
}

impl<T: Class> Deref for Exclusive<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.guard.0 {
            Some(value) => value,
            None => unreachable!("looked at when the guard was made"),
        }
    }
}

impl<T: Class> DerefMut for Exclusive<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.guard.0 {
            Some(value) => value,
            None => unreachable!("looked at when the guard was made"),
        }
    }
}

impl<T> Drop for Exclusive<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.poisoned.store(true, Ordering::Release);
        }
    }
}
