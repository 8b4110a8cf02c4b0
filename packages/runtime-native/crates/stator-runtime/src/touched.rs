use std::sync::Arc;

use crate::{
    client::{Call, OpenStream},
    connection::Connection,
    dynamo::{
        caller::{Egress, Exchange},
        worker::Answer,
    },
    server::{Reply, ServerCall},
};

/// What a batch has sent on, so that each is flushed once at the end of it.
#[derive(Default)]
pub struct Touched {
    connections: Vec<Connection>,
    answers: Vec<Arc<Answer>>,
    egresses: Vec<Arc<Egress>>,
    exchanges: Vec<Arc<Exchange>>,
}

impl Touched {
    /// Something was sent on a client's call.
    pub fn call(&mut self, call: &Call) {
        call.with_stream(|stream| match stream {
            None => {}
            Some(OpenStream::Multiplexed(connection, _)) => self.connection(connection),
            Some(OpenStream::CallHome(egress, exchange)) => {
                self.egresses.extend(egress.clone().filter(|egress| egress.list()));
                if exchange.list() {
                    self.exchanges.push(Arc::clone(exchange));
                }
            }
        });
    }

    /// Something was sent on a served call.
    pub fn served(&mut self, call: &ServerCall) {
        match call.reply() {
            Reply::Multiplexed(connection, _) => self.connection(connection),
            Reply::CallHome(answer) => {
                if answer.list() {
                    self.answers.push(Arc::clone(answer));
                }
            }
        }
    }

    /// Writes everything.
    pub fn flush(self) {
        for connection in self.connections {
            connection.flush();
        }
        for egress in self.egresses {
            egress.flush();
        }
        for exchange in self.exchanges {
            exchange.flush();
        }
        match &self.answers[..] {
            [answer] => answer.flush_alone(),
            // Making connections is work that the core does beside the application.
            answers => answers.iter().for_each(|answer| answer.flush()),
        }
    }

    /// There are few of them.
    fn connection(&mut self, connection: &Connection) {
        if !self.connections.iter().rev().any(|other| other.same_as(connection)) {
            self.connections.push(connection.clone());
        }
    }
}
