use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use rustc_hash::FxHashMap;

use crate::{
    class::{AnySlot, Class, Slot, closed},
    failure::{Failure, FailureCode},
    inbox::Inbox,
    stream::StreamState,
    work::Work,
};

/// What one JavaScript thread holds of the addon: the main thread and each worker have one of their own.
#[derive(Default)]
pub(crate) struct Environment {
    next: Cell<u64>,
    objects: RefCell<FxHashMap<u64, Arc<dyn AnySlot>>>,
    running: RefCell<FxHashMap<u64, Running>>,
    inbox: RefCell<Option<Arc<Inbox>>>,
}

#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) work: Arc<Work>,
    pub(crate) stream: Option<Arc<StreamState>>,
}

thread_local! {
    static ENVIRONMENT: Environment = Environment::default();
}

impl Environment {
    /// The one of the current thread, which is a JavaScript thread.
    pub(crate) fn with<R>(run: impl FnOnce(&Self) -> R) -> R {
        ENVIRONMENT.with(run)
    }

    pub(crate) fn number(&self) -> u64 {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }

    /// Keeps an object until it is closed, or its JavaScript object is collected, or the thread ends.
    pub(crate) fn keep(&self, slot: Arc<dyn AnySlot>) -> u64 {
        let number = self.number();
        self.objects.borrow_mut().insert(number, slot);
        number
    }

    pub(crate) fn object<T: Class>(&self, number: u64) -> Result<Arc<Slot<T>>, Failure> {
        let objects = self.objects.borrow();
        let object = objects.get(&number).ok_or_else(closed::<T>)?;
        Arc::clone(object).into_any().downcast().map_err(|_| {
            Failure::new(
                FailureCode::InvalidArgument,
                format!("expected a {}, got an object of another class", T::NAME),
            )
        })
    }

    /// Harmless a second time. Fails when dropping the value panicked.
    pub(crate) fn close_object(&self, number: u64) -> Result<(), Failure> {
        let object = self.objects.borrow_mut().remove(&number);
        object.map_or(Ok(()), |object| object.close())
    }

    pub(crate) fn open_inbox(&self, inbox: Arc<Inbox>) {
        if let Some(old) = self.inbox.replace(Some(inbox)) {
            old.close();
        }
    }

    pub(crate) fn inbox(&self) -> Result<Arc<Inbox>, Failure> {
        self.inbox.borrow().clone().ok_or_else(|| {
            Failure::new(
                FailureCode::Internal,
                "the addon was not started; import it through the generated files",
            )
        })
    }

    pub(crate) fn started(&self, running: Running) {
        self.running.borrow_mut().insert(running.work.id, running);
    }

    pub(crate) fn running(&self, number: u64) -> Option<Running> {
        self.running.borrow().get(&number).cloned()
    }

    /// Its last event has reached JavaScript.
    pub(crate) fn finished(&self, number: u64) {
        let running = self.running.borrow_mut().remove(&number);
        drop(running);
    }

    /// JavaScript's thread ends: everything that runs for it is told so, everything that it holds is dropped.
    pub(crate) fn end(&self) {
        if let Some(inbox) = self.inbox.take() {
            inbox.close();
        }
        for running in self.running.take().into_values() {
            running.work.cancel();
        }
        let objects = self.objects.take();
        for object in objects.into_values() {
            // There is nobody left to be told.
            let _ = object.close();
        }
    }
}
