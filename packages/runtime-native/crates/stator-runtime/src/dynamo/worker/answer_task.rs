use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep_until;

use crate::{
    dynamo::{
        faults::Fault,
        in_buffer::{self, InBuffer, Read},
        limits::{LOOK, PATIENCE, STALLED},
        wire::{
            Unreadable,
            control::{KILL, STOP},
            two_part,
        },
    },
    transport::{Begun, Link},
    wire::frame::Cancel,
};

use super::{
    Answer,
    call_home::{call_home, wait_for},
};

type Broken = in_buffer::Broken<Over>;

/// The caller wants nothing any more.
struct Over;

/// Calls home and stays until the caller has everything, or is gone.
///
/// A connection that was `begun` may have taken a part of the answer.
pub(super) async fn run(answer: Arc<Answer>, deadline: Option<Instant>, begun: Option<Begun>) {
    let link = match begun {
        Some(begun) => {
            let is_reached = answer.state.lock().out.written() > 0;
            wait_for(&answer.shared, &answer.home, begun, is_reached).await
        }
        None => call_home(&answer.shared, &answer.home).await,
    };
    let Some(link) = link else {
        return answer.lose("it cannot be called home");
    };
    {
        let mut state = answer.state.lock();
        if state.dead {
            return;
        }
        state.link = Some(Arc::clone(&link));
        state.last_progress = Instant::now();
    }
    answer.flush();
    stay(&answer, &link, deadline).await;
    // Whatever is left is of no use to anybody: the socket goes.
    answer.lose("it was closed");
}

/// Stays with a caller that has everything until it closes.
pub(super) async fn watch(answer: Arc<Answer>, begun: Begun) {
    if let Ok(link) = begun.link().await {
        stay(&answer, &link, None).await;
    }
    answer.lose("it was closed");
}

async fn stay(answer: &Answer, link: &Link, mut deadline: Option<Instant>) {
    let mut buffer = InBuffer::default();
    let mut reading = true;
    let mut look_at = Instant::now() + LOOK;
    let mut looked_after = false;
    let mut ended_at = None;
    loop {
        let (unsent, ended, last_progress) = {
            let state = answer.state.lock();
            if state.dead {
                return;
            }
            (state.out.unsent() > 0, state.ended, state.last_progress)
        };
        if ended {
            deadline = None;
            if !unsent {
                if !reading {
                    return;
                }
                // The caller closes first; it is given some time for that.
                look_at = *ended_at.get_or_insert_with(|| Instant::now() + PATIENCE);
            }
        }
        let wake_at = deadline.map_or(look_at, |deadline| deadline.min(look_at));
        tokio::select! {
            ready = link.readable(), if reading => {
                if ready.is_err() {
                    return;
                }
                match buffer.read(link, |bytes| take(answer, bytes)) {
                    Ok(Read::Some | Read::Nothing) => {}
                    // The caller sends nothing more; it may still read.
                    Ok(Read::End) => reading = false,
                    Err(Broken::Socket(_) | Broken::Decided(Over)) => return,
                    Err(Broken::Frame(what)) => {
                        answer.shared.faults.note(Fault::CallerFrame, &answer.home, &what);
                        answer.cancelled(Cancel::Kill);
                        return;
                    }
                }
            }
            _ = link.writable(), if unsent => answer.flush(),
            () = answer.changed.notified() => {}
            () = sleep_until(wake_at.into()) => {
                let now = Instant::now();
                if deadline.is_some_and(|deadline| deadline <= now) {
                    deadline = None;
                    answer.expire();
                } else if ended_at.is_some() {
                    return;
                } else {
                    look_at = now + LOOK;
                    if !std::mem::replace(&mut looked_after, true) {
                        link.keep_alive(answer.shared.limits.keep_alive);
                    }
                    if unsent && now.saturating_duration_since(last_progress) > STALLED {
                        let what = format!("it has taken nothing for {} s", Duration::as_secs(&STALLED));
                        answer.shared.faults.note(Fault::Stalled, &answer.home, &what);
                        return;
                    }
                }
            }
        }
    }
}

/// Takes what the caller says: it may stop or kill, and nothing else.
fn take(answer: &Answer, bytes: &[u8]) -> Result<usize, Broken> {
    let mut at = 0;
    while let Some((message, length)) = two_part::split(&bytes[at..], 0).map_err(Broken::Frame)? {
        at += length;
        let cancel = match message.header {
            STOP => Cancel::Stop,
            KILL => Cancel::Kill,
            _ => return Err(Broken::Frame(Unreadable::wrong("neither stop nor kill"))),
        };
        if !answer.cancelled(cancel) {
            return Err(Broken::Decided(Over));
        }
    }
    Ok(at)
}
