//! What a runtime does when etcd has forgotten it.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{sync::Arc, time::Duration};

use crate::discovery_support::{
    PATIENCE,
    etcd::{Admin, Etcd},
};
use crate::support::{PATH, code, read, run, text};
use stator_runtime::{
    DistributedRuntime, ErrorCode, Result,
    client::{CallOptions, Client, ClientOptions, Router},
    config::{HealthStatus, RuntimeConfig, RuntimeOptions},
    connection::Hooks,
    runtime::ServeOptions,
    server::{AsyncHandler, Handler, IncomingCall},
};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

async fn runtime(etcd: &Etcd) -> Result<DistributedRuntime> {
    let options = RuntimeOptions {
        etcd_endpoints: Some(etcd.endpoint().to_owned()),
        etcd_lease_ttl_ms: Some(2000),
        system_port: Some(0),
        starting_health_status: Some(HealthStatus::Ready),
        ..RuntimeOptions::default()
    };
    let config = RuntimeConfig::resolve(options, |_| None)?;
    DistributedRuntime::connect(&config, Hooks::default()).await
}

async fn client(runtime: &DistributedRuntime) -> Result<Client> {
    let client = runtime.endpoint(PATH)?.client(ClientOptions::default()).await?;
    client.wait_for_instances(1, Some(PATIENCE)).await?;
    Ok(client)
}

/// A handler that says one thing, and another one when it is told to.
fn slow(gate: &Arc<Notify>) -> Arc<dyn Handler> {
    let gate = Arc::clone(gate);
    AsyncHandler::new(move |call: IncomingCall| {
        let gate = Arc::clone(&gate);
        async move {
            let request = call.next().await?;
            call.send(text("begun")).await?;
            if request.as_ref().map(read).as_deref() == Some("slow") {
                gate.notified().await;
            }
            call.send(text("done")).await
        }
    })
}

fn ids(runtime: &DistributedRuntime) -> watch::Receiver<u64> {
    let (sender, receiver) = watch::channel(runtime.instance_id());
    runtime.on_instance_id(move |id| {
        sender.send_replace(id);
    });
    receiver
}

async fn changed(ids: &mut watch::Receiver<u64>, old: u64) -> u64 {
    let changed = timeout(PATIENCE, ids.wait_for(|id| *id != old)).await;
    *changed.expect("another id").expect("the runtime lives")
}

async fn metrics(runtime: &DistributedRuntime) -> String {
    runtime
        .system()
        .expect("a system server")
        .metrics()
        .render()
        .expect("text")
}

#[test]
fn calls_that_were_taken_go_on_and_new_ones_find_the_new_id() -> Result<()> {
    run(async {
        let etcd = Etcd::start();
        let (worker, caller) = (runtime(&etcd).await?, runtime(&etcd).await?);
        let gate = Arc::new(Notify::new());
        let served = worker
            .endpoint(PATH)?
            .serve(slow(&gate), ServeOptions::default())
            .await?;
        let other = worker
            .endpoint("test.worker.other")?
            .serve(slow(&gate), ServeOptions::default())
            .await?;
        let mut ids = ids(&worker);
        let old = worker.instance_id();
        let client = client(&caller).await?;
        let mut running = client.call(text("slow"), Router::RoundRobin, CallOptions::default());
        assert_eq!(running.next().await?.as_ref().map(read).as_deref(), Some("begun"));

        let admin = Admin::connect(&etcd).await;
        admin.revoke(old).await;
        let new = changed(&mut ids, old).await;
        assert_eq!((served.instance_id(), other.instance_id()), (new, new));
        let records = admin.until("v1/", |found| found.len() == 2).await;
        for record in records {
            assert!(record.key_str().expect("text").ends_with(&format!("/{new:x}")));
            assert!(
                record
                    .value_str()
                    .expect("text")
                    .contains(&format!("/{new:x}/test/worker/"))
            );
        }
        gate.notify_one();
        assert_eq!(running.next().await?.as_ref().map(read).as_deref(), Some("done"));
        assert!(running.next().await?.is_none(), "it ends well");

        let mut changes = client.changes();
        while client.instance_ids() != [new] {
            timeout(PATIENCE, changes.changed())
                .await
                .expect("in time")
                .expect("it lives");
        }
        let call = client.call(text("quick"), Router::Direct(new), CallOptions::default());
        assert_eq!(call.instance_id(), Some(new));
        let mut call = call;
        while call.next().await?.is_some() {}
        let rows = metrics(&worker).await;
        assert!(rows.contains(&format!("worker_id=\"{new:x}\"")), "{rows}");
        assert!(!rows.contains(&format!("worker_id=\"{old:x}\"")), "{rows}");
        assert!(
            rows.contains("stator_discovery_lost_ids_total{") && rows.contains("} 1\n"),
            "{rows}"
        );
        let requests = rows
            .lines()
            .find(|row| row.starts_with("dynamo_component_requests_total{") && row.contains("run"));
        assert!(
            requests.is_some_and(|row| row.ends_with(" 2")),
            "what was counted counts on: {rows}"
        );

        served.stop().await?;
        admin.until("v1/", |found| found.len() == 1).await;
        worker.shut_down(None).await;
        admin.until("v1/", <[_]>::is_empty).await;
        Ok(())
    })
}

#[test]
fn who_means_the_old_id_is_refused() -> Result<()> {
    run(async {
        let mut etcd = Etcd::start();
        let (worker, caller) = (runtime(&etcd).await?, runtime(&etcd).await?);
        let gate = Arc::new(Notify::new());
        worker
            .endpoint(PATH)?
            .serve(slow(&gate), ServeOptions::default())
            .await?;
        let mut ids = ids(&worker);
        let old = worker.instance_id();
        let client = client(&caller).await?;
        // The caller knows the old id for as long as it hears nothing: its etcd is another one from now on.
        let deaf = Etcd::start();
        let stale = runtime(&deaf).await?;
        let admin = Admin::connect(&deaf).await;
        for record in Admin::connect(&etcd).await.get("v1/").await {
            admin
                .put(record.key_str().expect("text"), record.value_str().expect("text"))
                .await;
        }
        let stale = stale.endpoint(PATH)?.client(ClientOptions::default()).await?;
        stale.wait_for_instances(1, Some(PATIENCE)).await?;
        let mut call = stale.call(text("quick"), Router::Direct(old), CallOptions::default());
        while call.next().await?.is_some() {}

        etcd.kill_and_wipe();
        etcd.run();
        let new = changed(&mut ids, old).await;
        for router in [Router::Direct(old), Router::RoundRobin] {
            let refused = stale.call(text("quick"), router, CallOptions::default()).one().await;
            assert_eq!(code(refused), Some(ErrorCode::Unavailable), "{router:?}");
        }
        let mut changes = client.changes();
        while client.instance_ids() != [new] {
            timeout(PATIENCE, changes.changed())
                .await
                .expect("in time")
                .expect("it lives");
        }
        let mut call = client.call(text("quick"), Router::RoundRobin, CallOptions::default());
        while call.next().await?.is_some() {}
        Ok(())
    })
}

#[test]
fn losing_etcd_ends_no_call_and_forgets_nobody() -> Result<()> {
    run(async {
        let mut etcd = Etcd::start();
        let (worker, caller) = (runtime(&etcd).await?, runtime(&etcd).await?);
        let gate = Arc::new(Notify::new());
        worker
            .endpoint(PATH)?
            .serve(slow(&gate), ServeOptions::default())
            .await?;
        let client = client(&caller).await?;
        let id = worker.instance_id();
        let mut running = client.call(text("slow"), Router::RoundRobin, CallOptions::default());
        assert_eq!(running.next().await?.as_ref().map(read).as_deref(), Some("begun"));
        etcd.kill();
        let reached = |wanted: &'static str| {
            let caller = caller.clone();
            async move {
                while !metrics(&caller).await.contains(wanted) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        };
        let degraded = format!(
            "stator_discovery_degraded{{worker_id=\"{:x}\"}} 1",
            caller.instance_id()
        );
        timeout(PATIENCE, reached(String::leak(degraded)))
            .await
            .expect("it is noticed");
        // Longer than the lease lives.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let mut call = client.call(text("quick"), Router::Direct(id), CallOptions::default());
        while call.next().await?.is_some() {}
        gate.notify_one();
        assert_eq!(running.next().await?.as_ref().map(read).as_deref(), Some("done"));
        etcd.run();
        let connected = format!(
            "stator_discovery_degraded{{worker_id=\"{:x}\"}} 0",
            caller.instance_id()
        );
        timeout(PATIENCE, reached(String::leak(connected)))
            .await
            .expect("it is noticed");
        assert_eq!(client.instance_ids(), [id], "an etcd that was away kept the lease");
        Ok(())
    })
}

#[test]
fn an_endpoint_that_begins_while_the_lease_is_lost_comes_with_the_next_one() -> Result<()> {
    run(async {
        let etcd = Etcd::start();
        let worker = runtime(&etcd).await?;
        let old = worker.instance_id();
        let admin = Admin::connect(&etcd).await;
        admin.revoke(old).await;
        // Nobody has told the worker; etcd does when it registers.
        let gate = Arc::new(Notify::new());
        let served = worker
            .endpoint(PATH)?
            .serve(slow(&gate), ServeOptions::default())
            .await?;
        assert_ne!(served.instance_id(), old);
        admin.until("v1/", |found| found.len() == 1).await;
        Ok(())
    })
}
