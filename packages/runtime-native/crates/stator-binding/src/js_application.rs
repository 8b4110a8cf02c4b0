use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use stator_runtime::{
    config::HealthStatus,
    discovery::BoxFuture,
    system::{Application, Check, ServiceHealth, ServicesHealth},
};
use tokio::sync::oneshot;

use crate::{
    command::Answer,
    event::{self, Question},
    inbox::Inbox,
};

/// Asks JavaScript: a question goes there as an event, and comes back as a command.
pub struct Questions {
    inbox: Arc<Inbox>,
    next: AtomicU32,
    open: Mutex<FxHashMap<u32, oneshot::Sender<Answer>>>,
}

impl Questions {
    pub fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            next: AtomicU32::new(1),
            open: Mutex::default(),
        }
    }

    /// JavaScript has answered. One who does not wait any more is no error.
    pub fn settle(&self, question: u32, answer: Answer) {
        if let Some(waiting) = self.open.lock().remove(&question) {
            let _ = waiting.send(answer);
        }
    }

    async fn ask(self: Arc<Self>, question: Question) -> Option<Answer> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.open.lock().insert(number, sender);
        // Taken off the list when the asker has lost its patience, too.
        let _open = OpenQuestion {
            number,
            questions: Arc::clone(&self),
        };
        self.inbox
            .push([event::QUESTION, number, 0, question as u32, 0, 0, 0, 0]);
        self.inbox.ring();
        answer.await.ok()
    }
}

struct OpenQuestion {
    number: u32,
    questions: Arc<Questions>,
}

impl Drop for OpenQuestion {
    fn drop(&mut self) {
        self.questions.open.lock().remove(&self.number);
    }
}

/// What runs in JavaScript, for the system server.
pub struct JsApplication {
    questions: Arc<Questions>,
    patience: Option<Duration>,
}

impl JsApplication {
    /// Without `patience` it is asked for its metrics only.
    pub fn new(questions: Arc<Questions>, patience: Option<Duration>) -> Self {
        Self { questions, patience }
    }
}

impl Application for JsApplication {
    fn patience(&self) -> Option<Duration> {
        self.patience
    }

    fn health(&self, check: Check) -> BoxFuture<'static, Option<ServicesHealth>> {
        let question = match check {
            Check::Liveness => Question::Liveness,
            Check::Readiness => Question::Readiness,
        };
        let answer = Arc::clone(&self.questions).ask(question);
        Box::pin(async move {
            match answer.await? {
                Answer::Health { services } => Some(
                    services
                        .into_iter()
                        .map(|each| {
                            let status = if each.ready {
                                HealthStatus::Ready
                            } else {
                                HealthStatus::Notready
                            };
                            let message = each.message;
                            (each.service, ServiceHealth { status, message })
                        })
                        .collect(),
                ),
                Answer::Metrics { .. } => None,
            }
        })
    }

    fn metrics(&self) -> BoxFuture<'static, Option<String>> {
        let answer = Arc::clone(&self.questions).ask(Question::Metrics);
        Box::pin(async move {
            match answer.await? {
                Answer::Metrics { text } => Some(text),
                Answer::Health { .. } => None,
            }
        })
    }
}
