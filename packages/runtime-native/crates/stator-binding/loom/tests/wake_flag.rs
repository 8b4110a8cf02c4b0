//! Threads add records and ring; JavaScript takes them when it is woken, or when it looks by itself.

use loom::{
    sync::{Arc, Condvar, Mutex},
    thread,
};
use stator_binding_loom::WakeFlag;

/// An inbox as `inbox.rs` has it: records behind a lock, and the flag.
struct Inbox {
    flag: WakeFlag,
    records: Mutex<usize>,
    /// Wake-ups that have not been answered, as the thread-safe function holds them: one is enough.
    wakes: Mutex<bool>,
    woken: Condvar,
}

impl Inbox {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            flag: WakeFlag::new(),
            records: Mutex::new(0),
            wakes: Mutex::new(false),
            woken: Condvar::new(),
        })
    }

    fn add(&self) {
        *self.records.lock().unwrap() += 1;
        let is_empty = *self.records.lock().unwrap() == 0;
        if !is_empty && self.flag.raise() {
            *self.wakes.lock().unwrap() = true;
            self.woken.notify_one();
        }
    }

    fn take(&self) -> usize {
        self.flag.answered();
        std::mem::take(&mut *self.records.lock().unwrap())
    }

    /// Takes what there is each time that it is woken, until it has `all`.
    fn take_when_woken(&self, all: usize) {
        let mut taken = 0;
        while taken < all {
            let mut wakes = self.wakes.lock().unwrap();
            while !*wakes {
                wakes = self.woken.wait(wakes).unwrap();
            }
            *wakes = false;
            drop(wakes);
            taken += self.take();
        }
    }
}

/// A lost wake-up is a thread that waits for ever, which loom reports as a deadlock.
#[test]
fn no_record_waits_for_ever() {
    loom::model(|| {
        let inbox = Inbox::new();
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let inbox = Arc::clone(&inbox);
                thread::spawn(move || inbox.add())
            })
            .collect();
        inbox.take_when_woken(2);
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

fn attended_while_somebody_adds() -> (Arc<Inbox>, thread::JoinHandle<()>) {
    let inbox = Inbox::new();
    inbox.flag.attended();
    let adding = {
        let inbox = Arc::clone(&inbox);
        thread::spawn(move || inbox.add())
    };
    (inbox, adding)
}

#[test]
fn nobody_is_woken_while_javascript_is_about_to_look_and_nothing_is_lost() {
    loom::model(|| {
        let (inbox, adding) = attended_while_somebody_adds();
        // JavaScript looks by itself once; what came later wakes it.
        if inbox.take() == 0 {
            inbox.take_when_woken(1);
        }
        adding.join().unwrap();
    });
}

#[test]
fn who_attended_and_found_nothing_is_woken_by_what_comes_later() {
    loom::model(|| {
        let (inbox, adding) = attended_while_somebody_adds();
        // `Inbox::has_arrived`: no more attention, then a look; who finds something attends until it is taken.
        inbox.flag.answered();
        if *inbox.records.lock().unwrap() > 0 {
            inbox.flag.attended();
            assert_eq!(inbox.take(), 1);
        } else {
            inbox.take_when_woken(1);
        }
        adding.join().unwrap();
    });
}
