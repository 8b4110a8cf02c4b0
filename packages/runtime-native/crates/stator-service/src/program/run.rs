use std::{env, error::Error as StdError, future::Future, io, pin::Pin, process::ExitCode, thread, time::Duration};

use stator_runtime::{
    DistributedRuntime, Error,
    config::{RuntimeConfig, RuntimeOptions},
    connection::Hooks,
};
use tokio::runtime::{Builder, Runtime};

use super::{log, signals::StopSignals, supervisor::Supervisor};
use crate::serving::Services;

/// Whatever a program's own code fails with.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What a program does before it serves. In a box, so that all of the rest is compiled here, once, and not in every program.
type Setup<'a> = Box<dyn FnOnce(DistributedRuntime) -> Started<'a> + 'a>;
type Started<'a> = Pin<Box<dyn Future<Output = Result<Services, BoxError>> + 'a>>;

/// The `main` of a program that serves: `stator_service::main(async |runtime| Ok(CounterContract::serve(Counter)))`.
///
/// It reads the environment as every Stator program does (`DYN_*`), joins the cluster, runs `setup`, registers what that
/// gives, and tells its supervisor that it is ready. SIGTERM and SIGINT withdraw the services, let open calls end within
/// the budget, run the shutdown hooks, and exit with 0; a second signal exits at once with 143 or 130. A start that fails
/// exits with 1 and says why. When its supervisor is gone it drains too, and is gone 5 s later at the latest.
///
/// Log lines go to standard error in the form of all Stator programs; `tracing` writes them, `DYN_LOG` says which.
pub fn main<F>(setup: F) -> ExitCode
where
    F: AsyncFnOnce(DistributedRuntime) -> Result<Services, BoxError>,
{
    program(Box::new(move |runtime| Box::pin(async move { setup(runtime).await })))
}

fn program(setup: Setup<'_>) -> ExitCode {
    let supervisor = match Supervisor::of_environment() {
        Ok(supervisor) => supervisor,
        Err(error) => {
            say(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    match start(&supervisor, setup) {
        Ok(code) => code,
        Err(error) => {
            let message = described(&*error);
            if !supervisor.failed(&message) {
                say(&message);
            }
            ExitCode::FAILURE
        }
    }
}

fn start(supervisor: &Supervisor, setup: Setup<'_>) -> Result<ExitCode, BoxError> {
    let config = RuntimeConfig::resolve(RuntimeOptions::default(), |name| env::var(name).ok())?;
    log::start(&config)?;
    let tokio = tokio(&config)?;
    let result = tokio.block_on(run(supervisor, &config, setup));
    // What handlers have left behind must not hold the program.
    tokio.shutdown_background();
    result
}

async fn run(supervisor: &Supervisor, config: &RuntimeConfig, setup: Setup<'_>) -> Result<ExitCode, BoxError> {
    let mut signals = StopSignals::listen()?;
    let runtime = DistributedRuntime::connect(config, Hooks::default()).await?;
    let mut hooks = Vec::new();
    let started = async {
        let mut services = setup(runtime.clone()).await?;
        hooks = services.take_hooks();
        let addresses = services.addresses().join(", ");
        services.register(&runtime).await?;
        Ok::<_, BoxError>(addresses)
    };
    let started = tokio::select! {
        started = started => Some(started),
        () = signals.first() => None,
    };
    let failure = match started {
        Some(Ok(addresses)) => {
            if let Some(system) = runtime.system() {
                system.set_health(true);
            }
            tracing::info!(instance = %runtime.instance_id(), "serving {addresses}");
            let again = supervisor.clone();
            let address = runtime.system_address();
            runtime.on_instance_id(move |id| again.ready(id, address));
            supervisor.ready(runtime.instance_id(), address);
            signals.first().await;
            None
        }
        Some(Err(error)) => Some(error),
        None => None,
    };
    let budget = if failure.is_some() {
        Some(Duration::ZERO)
    } else {
        supervisor.drain
    };
    let stop = async {
        let shutdown = runtime.shut_down(budget).await;
        if shutdown.cut_off > 0 {
            tracing::warn!(calls = shutdown.cut_off, "calls were cut off: they did not end in time");
        }
        for hook in hooks.into_iter().rev() {
            hook().await;
        }
    };
    tokio::select! {
        () = stop => failure.map_or(Ok(ExitCode::SUCCESS), Err),
        code = signals.second() => Ok(ExitCode::from(code)),
    }
}

/// As many threads as the environment says; else one for each processor, because handlers run there too.
fn tokio(config: &RuntimeConfig) -> io::Result<Runtime> {
    let is_set = env::var("DYN_RUNTIME_NUM_WORKER_THREADS").is_ok_and(|text| !text.is_empty());
    let threads = if is_set {
        usize::from(config.worker_threads)
    } else {
        thread::available_parallelism().map_or(1, usize::from)
    };
    Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("stator-service")
        .enable_all()
        .build()
}

/// Our own errors say it in a sentence; those of the program's code may have causes.
fn described(error: &(dyn StdError + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<Error>() {
        return error.to_string();
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn say(message: &str) {
    use io::Write;
    // Nothing is left to be done when even this cannot be written.
    let _ = writeln!(io::stderr(), "{message}");
}
