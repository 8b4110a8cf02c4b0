use std::{collections::HashMap, sync::Arc};

use parking_lot::{Condvar, Mutex};

use crate::{
    cancellation::Cancellation,
    inbox::{Event, Inbox},
};

/// Calls back that may wait for JavaScript before the next one waits too.
const MOST_WAITING: usize = 64;

/// What a running task or stream shares with the JavaScript thread that started it.
pub(crate) struct Work {
    pub(crate) id: u64,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) cancellation: Cancellation,
    calls: Mutex<Calls>,
    changed: Condvar,
}

#[derive(Default)]
struct Calls {
    waiting: usize,
    next: u64,
    /// By number: none until JavaScript has answered.
    replies: HashMap<u64, Option<Reply>>,
}

/// The result of a function of JavaScript as JSON, or none when it threw.
pub(crate) type Reply = Option<String>;

/// The caller is gone, or its function threw.
pub(crate) struct Gone;

impl Work {
    pub(crate) fn new(id: u64, inbox: Arc<Inbox>) -> Arc<Self> {
        Arc::new(Self {
            id,
            inbox,
            cancellation: Cancellation::default(),
            calls: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    pub(crate) fn cancel(&self) {
        self.cancellation.cancel();
        // Taken, so that nobody is between looking at the token and waiting.
        drop(self.calls.lock());
        self.changed.notify_all();
    }

    /// Has a function of JavaScript called; waits only while too many such calls wait.
    pub(crate) fn send(&self, callback: u32, argument: Option<String>) -> Result<(), Gone> {
        let mut calls = self.calls.lock();
        while calls.waiting >= MOST_WAITING && !self.cancellation.is_cancelled() {
            self.changed.wait(&mut calls);
        }
        self.post(&mut calls, callback, argument, None)
    }

    /// Has a function of JavaScript called and waits for what it returns.
    pub(crate) fn call(&self, callback: u32, argument: Option<String>) -> Result<Reply, Gone> {
        let mut calls = self.calls.lock();
        while calls.waiting >= MOST_WAITING && !self.cancellation.is_cancelled() {
            self.changed.wait(&mut calls);
        }
        let number = calls.next;
        calls.next += 1;
        self.post(&mut calls, callback, argument, Some(number))?;
        calls.replies.insert(number, None);
        loop {
            if let Some(Some(_)) = calls.replies.get(&number) {
                return calls.replies.remove(&number).flatten().ok_or(Gone);
            }
            if self.cancellation.is_cancelled() {
                calls.replies.remove(&number);
                return Err(Gone);
            }
            self.changed.wait(&mut calls);
        }
    }

    /// JavaScript has taken a call out of the inbox.
    pub(crate) fn taken(&self) {
        self.calls.lock().waiting -= 1;
        self.changed.notify_all();
    }

    pub(crate) fn answer(&self, number: u64, reply: Reply) {
        if let Some(place) = self.calls.lock().replies.get_mut(&number) {
            *place = Some(reply);
        }
        self.changed.notify_all();
    }

    fn post(&self, calls: &mut Calls, callback: u32, argument: Option<String>, reply: Option<u64>) -> Result<(), Gone> {
        if self.cancellation.is_cancelled() {
            return Err(Gone);
        }
        calls.waiting += 1;
        self.inbox.push(Event::Call {
            task: self.id,
            callback,
            argument,
            reply,
        });
        Ok(())
    }
}
