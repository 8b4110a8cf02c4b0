use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use tokio::{sync::Notify, task::yield_now, time::sleep_until};

use crate::transport::Begun;

use super::{
    Answers, answer_task,
    answers::{Due, Held, Sent},
};

/// So many callers are called home before others get a turn.
const TURN: usize = 16;

/// A caller that has everything is looked at in this rhythm: its end comes soon, and watching the socket would cost more.
const LOOK: Duration = Duration::from_millis(1);

/// One that has not closed after this long is watched.
const WATCH: Duration = Duration::from_millis(20);

/// Calls home for the answers of a process, until they are gone.
pub(super) async fn run(answers: Weak<Answers>, calls: Arc<Notify>) {
    let mut closing = VecDeque::new();
    loop {
        let now = Instant::now();
        let (handed_over, (due, next)) = match answers.upgrade() {
            Some(answers) => (answers.handed_over(), answers.due(now)),
            None => return,
        };
        for (due, sent) in handed_over {
            closing.extend(settle(due, sent, now));
        }
        for (index, due) in due.into_iter().enumerate() {
            if index % TURN == TURN - 1 {
                yield_now().await;
            }
            let sent = due.answer.begin();
            closing.extend(settle(due, sent, now));
        }
        let look_at = look(&mut closing, now);
        let wake_at = [next, look_at].into_iter().flatten().min();
        let time = async {
            match wake_at {
                Some(at) => sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = calls.notified() => {}
            () = time => {}
        }
    }
}

/// A caller that was given everything, and has to close.
struct Closing {
    due: Due,
    begun: Begun,
    since: Instant,
}

/// What is not done with the first packet goes on in a task of its own.
fn settle(due: Due, sent: Option<Sent>, now: Instant) -> Option<Closing> {
    match sent {
        Some(Sent { begun, is_done: true }) => Some(Closing { due, begun, since: now }),
        sent => {
            go_on(due, sent.map(|sent| sent.begun));
            None
        }
    }
}

fn go_on(due: Due, begun: Option<Begun>) {
    let Due { answer, deadline, held } = due;
    tokio::spawn(async move {
        let _held: Held = held;
        answer_task::run(answer, deadline, begun).await;
    });
}

/// Lets go of those that have closed, in their order. Says when to look again.
fn look(closing: &mut VecDeque<Closing>, now: Instant) -> Option<Instant> {
    while let Some(first) = closing.front() {
        let has_ended = first.begun.has_ended();
        if !has_ended && first.since + WATCH > now {
            return Some(now + LOOK);
        }
        let Some(Closing { due, begun, .. }) = closing.pop_front() else {
            break;
        };
        if has_ended {
            due.answer.lose("it was closed");
        } else {
            tokio::spawn(async move {
                let Due {
                    answer, held: _held, ..
                } = due;
                answer_task::watch(answer, begun).await;
            });
        }
    }
    None
}
