use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::value::RawValue;
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    client::{Client, ClientOptions, Router},
    config::RuntimeConfig,
    connection::{Hooks, Reader},
    identity::{ContractHash, ContractJudge, EndpointContract},
    runtime::{ServeOptions, ServedEndpoint},
};

use crate::{
    command::{Command, ListedInstance, ServedContract, ShutDown, Started},
    event,
    inbox::Inbox,
    js_application::{JsApplication, Questions},
    js_events::JsEvents,
    js_handler::{JsHandler, ServedCalls},
    js_judge::{JsJudge, process_verdicts},
    js_reader::JsReader,
    js_sink::{JsSink, error_text},
    kv_action::KvAction,
    kv_session::KvSession,
    loop_lag,
    model_session::ModelSession,
    queue_session::QueueSession,
};

/// Between two lists of the instances of one client.
const PACE: Duration = Duration::from_millis(20);

/// One runtime as JavaScript holds it: its clients and endpoints by the numbers that JavaScript gave them.
pub struct Session {
    pub inbox: Arc<Inbox>,
    pub calls: Arc<JsSink>,
    pub served_calls: Arc<ServedCalls>,
    pub events: JsEvents,
    judge: Arc<JsJudge>,
    questions: Arc<Questions>,
    /// Present where JavaScript's event loop reads the sockets.
    pub reader: Option<Arc<JsReader>>,
    runtime: Mutex<Option<DistributedRuntime>>,
    clients: Mutex<FxHashMap<u32, Client>>,
    endpoints: Mutex<FxHashMap<u32, ServedEndpoint>>,
    kv: KvSession,
    models: ModelSession,
    queues: QueueSession,
}

impl Session {
    pub fn new(inbox: Arc<Inbox>, reads_sockets: bool) -> Self {
        Self {
            calls: Arc::new(JsSink::new(Arc::clone(&inbox))),
            served_calls: Arc::new(ServedCalls::new(Arc::clone(&inbox))),
            events: JsEvents::new(Arc::clone(&inbox)),
            judge: Arc::new(JsJudge::new(Arc::clone(&inbox))),
            questions: Arc::new(Questions::new(Arc::clone(&inbox))),
            reader: reads_sockets.then(|| Arc::new(JsReader::new(Arc::clone(&inbox)))),
            inbox,
            runtime: Mutex::default(),
            clients: Mutex::default(),
            endpoints: Mutex::default(),
            kv: KvSession::default(),
            models: ModelSession::default(),
            queues: QueueSession::default(),
        }
    }

    pub fn client(&self, id: u32) -> Option<Client> {
        self.clients.lock().get(&id).cloned()
    }

    /// Joins the cluster; answers result 0.
    pub async fn start(self: Arc<Self>, config: RuntimeConfig) {
        let result = self.connect(&config).await;
        self.answer(0, result);
    }

    async fn connect(&self, config: &RuntimeConfig) -> Result<Started> {
        let inbox = Arc::clone(&self.inbox);
        let hooks = Hooks {
            batch_end: Arc::new(move || inbox.ring()),
            reader: self.reader.clone().map(|reader| reader as Arc<dyn Reader>),
            takes_over: true,
        };
        let runtime = DistributedRuntime::connect(config, hooks).await?;
        let inbox = Arc::clone(&self.inbox);
        runtime.on_instance_id(move |id| {
            inbox.push([event::INSTANCE_ID, 0, 0, 0, id as u32, (id >> 32) as u32, 0, 0]);
            inbox.ring();
        });
        let started = Started {
            instance_id: runtime.instance_id().to_string(),
            system_address: runtime.system_address().map(|address| address.to_string()),
            unread_timeout_ms: config.unread_timeout_ms,
            max_message_bytes: config.max_message_bytes,
        };
        if let Some(system) = runtime.system() {
            system.watch_application(Arc::new(JsApplication::new(Arc::clone(&self.questions), None)));
        }
        if runtime.system_address().is_some() {
            tokio::spawn(loop_lag::measure(Arc::clone(&self.inbox), runtime.clone()));
        }
        runtime.judge_contracts(Arc::clone(&self.judge) as Arc<dyn ContractJudge>, process_verdicts());
        *self.runtime.lock() = Some(runtime);
        Ok(started)
    }

    /// Hears of a command before it runs, in the order in which JavaScript gives them.
    pub fn announce(&self, command: &Command) {
        match command {
            Command::Kv { action } => self.kv.announce(action),
            Command::Queue { action } => self.queues.announce(action),
            // The next call may be of the same batch, and finds it.
            Command::Avoid {
                client,
                instance_id,
                time_ms,
            } => {
                // An instance that has left needs not be avoided.
                if let (Some(found), Ok(id)) = (self.client(*client), instance_id.parse()) {
                    found.avoid(id, Duration::from_millis(u64::from(*time_ms)));
                }
            }
            _ => {}
        }
    }

    /// Does what was asked and answers with the same number.
    pub async fn run(self: Arc<Self>, number: u32, command: Command) {
        match command {
            Command::Serve {
                endpoint,
                path,
                idempotent,
                graceful_shutdown,
                contract,
            } => {
                let result = match contract.map(served_contract).transpose() {
                    Ok(contract) => {
                        let options = ServeOptions {
                            idempotent,
                            graceful_shutdown,
                            contract,
                        };
                        self.serve(endpoint, &path, options).await
                    }
                    Err(error) => Err(error),
                };
                self.answer(number, result);
            }
            Command::StopServing { endpoint } => {
                let served = self.endpoints.lock().remove(&endpoint);
                let result = match served {
                    Some(served) => served.stop().await,
                    None => Ok(()),
                };
                self.answer(number, result);
            }
            Command::Client {
                client,
                path,
                idempotent,
                wait_ms,
                contract,
            } => {
                let result = match contract.as_deref().map(ContractHash::parse).transpose() {
                    Ok(contract) => {
                        let options = ClientOptions {
                            router: Router::RoundRobin,
                            idempotent,
                            wait: Duration::from_millis(u64::from(wait_ms)),
                            contract,
                        };
                        self.open_client(client, &path, options).await
                    }
                    Err(error) => Err(error),
                };
                self.answer(number, result);
            }
            Command::WaitForInstances {
                client,
                min,
                timeout_ms,
            } => {
                let patience = timeout_ms.map(|ms| Duration::from_millis(u64::from(ms)));
                let result = match self.client(client) {
                    Some(found) => found.wait_for_instances(min as usize, patience).await.map(|_| {
                        // What was waited for is there before the answer.
                        tell(&self.inbox, client, &found);
                    }),
                    None => Err(closed_client()),
                };
                self.answer(number, result);
            }
            // It was avoided when it was announced.
            Command::Avoid { .. } => self.answer(number, Ok(())),
            Command::CloseClient { client } => {
                if let Some(client) = self.clients.lock().remove(&client) {
                    client.close();
                }
                self.answer(number, Ok(()));
            }
            Command::SetHeld { held } => {
                let result = self.runtime().and_then(|runtime| runtime.set_held(held));
                self.answer(number, result);
            }
            Command::SetReachable { address, reachable } => {
                let result = self
                    .runtime()
                    .and_then(|runtime| runtime.set_reachable(&address, reachable));
                self.answer(number, result);
            }
            Command::Shutdown { timeout_ms } => {
                let runtime = self.runtime.lock().clone();
                let cut_off = match runtime {
                    None => 0,
                    Some(runtime) => {
                        let budget = timeout_ms.map(|ms| Duration::from_millis(u64::from(ms)));
                        runtime.shut_down(budget).await.cut_off
                    }
                };
                self.answer(
                    number,
                    Ok(ShutDown {
                        cut_off: u32::try_from(cut_off).unwrap_or(u32::MAX),
                    }),
                );
            }
            Command::SetHealth { ready } => {
                let runtime = self.runtime.lock().clone();
                if let Some(system) = runtime.as_ref().and_then(DistributedRuntime::system) {
                    system.set_health(ready);
                }
                self.answer(number, Ok(()));
            }
            Command::OpenPublisher {
                publisher,
                scope,
                topic,
            } => {
                let result = match self.runtime() {
                    Ok(runtime) => self.events.open(&runtime, publisher, &scope, &topic).await,
                    Err(error) => Err(error),
                };
                self.answer(number, result);
            }
            Command::Subscribe {
                subscription,
                scope,
                topic,
                capacity,
            } => {
                let result = match self.runtime() {
                    Ok(runtime) => {
                        let subscribed = self.events.subscribe(&runtime, subscription, &scope, &topic, capacity);
                        subscribed.await
                    }
                    Err(error) => Err(error),
                };
                self.answer(number, result);
            }
            Command::Unsubscribe { subscription } => {
                self.events.unsubscribe(subscription);
                self.answer(number, Ok(()));
            }
            Command::Kv { action } => {
                let result = match self.runtime() {
                    Ok(runtime) => self.ask_store(&runtime, action).await,
                    Err(error) => Err(error),
                };
                self.answer(number, result);
            }
            Command::Model { action } => {
                let result = match self.runtime() {
                    Ok(runtime) => self.models.run(&runtime, action).await,
                    Err(error) => Err(error),
                };
                self.answer(number, result);
            }
            Command::Queue { action } => {
                let result = self.queues.run(self.runtime(), action).await;
                self.answer(number, result);
            }
            Command::Judged { dispute, judgement } => {
                self.judge.settle(dispute, judgement);
                self.answer(number, Ok(()));
            }
            Command::AnswerQuestions { patience_ms } => {
                let runtime = self.runtime.lock().clone();
                if let Some(system) = runtime.as_ref().and_then(DistributedRuntime::system) {
                    let patience = Duration::from_millis(u64::from(patience_ms));
                    system.watch_application(Arc::new(JsApplication::new(
                        Arc::clone(&self.questions),
                        Some(patience),
                    )));
                }
                self.answer(number, Ok(()));
            }
            Command::Answered { question, answer } => {
                self.questions.settle(question, answer);
                self.answer(number, Ok(()));
            }
        }
    }

    async fn ask_store(&self, runtime: &DistributedRuntime, action: KvAction) -> Result<Box<RawValue>> {
        match runtime.kv().await {
            Ok(kv) => self.kv.run(kv, action).await,
            Err(error) => {
                self.kv.withdraw(&action);
                Err(error)
            }
        }
    }

    async fn serve(&self, number: u32, path: &str, options: ServeOptions) -> Result<()> {
        let handler = Arc::new(JsHandler {
            endpoint: number,
            served: Arc::clone(&self.served_calls),
            contract: options.contract.as_ref().map(|contract| contract.hash),
        });
        let served = self.runtime()?.endpoint(path)?.serve(handler, options).await?;
        self.endpoints.lock().insert(number, served);
        Ok(())
    }

    async fn open_client(&self, number: u32, path: &str, options: ClientOptions) -> Result<()> {
        let client = self.runtime()?.endpoint(path)?.client(options).await?;
        self.clients.lock().insert(number, client.clone());
        let inbox = Arc::clone(&self.inbox);
        let mut changes = client.changes();
        tell(&inbox, number, &client);
        tokio::spawn(async move {
            while client.instances_changed(&mut changes).await {
                tell(&inbox, number, &client);
                inbox.ring();
                // However fast instances come and go, JavaScript is told in this pace.
                tokio::time::sleep(PACE).await;
            }
        });
        Ok(())
    }

    fn runtime(&self) -> Result<DistributedRuntime> {
        self.runtime
            .lock()
            .clone()
            .ok_or_else(|| Error::new(ErrorCode::ShuttingDown, "the runtime has not started"))
    }

    pub fn answer(&self, number: u32, result: Result<impl Serialize>) {
        let (worked, text) = match result.and_then(|value| {
            serde_json::to_string(&value)
                .map_err(|error| Error::new(ErrorCode::Internal, format!("a result that cannot be written: {error}")))
        }) {
            Ok(text) => (1, text),
            Err(error) => (0, error_text(&error)),
        };
        self.inbox
            .push_text([event::RESULT, number, 0, worked, 0, 0, 0, 0], &text);
        self.inbox.ring();
    }
}

pub fn closed_client() -> Error {
    Error::new(ErrorCode::ShuttingDown, "the client was closed")
}

fn served_contract(contract: ServedContract) -> Result<EndpointContract> {
    Ok(EndpointContract {
        hash: ContractHash::parse(&contract.hash)?,
        document: contract.document.into(),
    })
}

fn tell(inbox: &Inbox, number: u32, client: &Client) {
    // Two at once could end with the older list.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let list: Vec<ListedInstance> = client
        .workers()
        .iter()
        .map(|worker| {
            let instance = worker.instance();
            let stator = instance.stator.as_ref();
            let recorded = stator.and_then(|stator| stator.contract.as_deref());
            ListedInstance {
                instance_id: instance.instance_id.to_string(),
                namespace: instance.namespace.clone(),
                component: instance.component.clone(),
                endpoint: instance.endpoint.clone(),
                address: worker.address(),
                wire: worker.wire().as_str().to_owned(),
                contract: recorded.and_then(|text| Some(ContractHash::parse(text).ok()?.to_string())),
                compatibility: worker.standing().into(),
                breaks: worker.breaks().to_vec(),
            }
        })
        .collect();
    if let Ok(text) = serde_json::to_string(&list) {
        inbox.push_text([event::INSTANCES, number, 0, 0, 0, 0, 0, 0], &text);
    }
}
