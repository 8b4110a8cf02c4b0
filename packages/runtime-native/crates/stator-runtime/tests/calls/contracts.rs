//! Instances of several versions of one contract, and callers of one of them.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::support::{
    Cluster, code,
    contracts::{BREAKS, Court, FITS, REASON, UNREADABLE, contract, hash},
    on_both_planes, read, text, until,
};
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    client::{CallOptions, Client, ClientOptions, Router},
    identity::Standing,
};

const ROUTERS: [Router; 4] = [
    Router::RoundRobin,
    Router::Random,
    Router::LeastLoaded,
    Router::TwoChoices,
];

fn options() -> CallOptions {
    CallOptions::default()
}

async fn answer(client: &Client, router: Router) -> Result<u64> {
    let answer = client.call(text("?"), router, options()).one().await?;
    Ok(read(&answer).parse().unwrap_or(0))
}

/// Who answers a number of calls by each router.
async fn answered(client: &Client) -> Result<BTreeSet<u64>> {
    let mut ids = BTreeSet::new();
    for router in ROUTERS {
        for _ in 0..30 {
            ids.insert(answer(client, router).await?);
        }
    }
    Ok(ids)
}

fn ids(workers: &[&DistributedRuntime]) -> BTreeSet<u64> {
    workers.iter().map(|worker| worker.instance_id()).collect()
}

/// Waits until the client thinks so of that instance.
async fn stands(client: &Client, worker: &DistributedRuntime, standing: Standing) {
    until(|| {
        let workers = client.workers();
        let found = workers.iter().find(|each| each.id() == worker.instance_id());
        found.is_some_and(|each| each.standing() == standing)
    })
    .await;
}

async fn failure(client: &Client, router: Router) -> Error {
    match answer(client, router).await {
        Ok(id) => panic!("answered by {id}"),
        Err(error) => error,
    }
}

#[test]
fn the_same_contract_or_none_needs_no_judge() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::closed();
        let same = cluster.versioned(Some(contract(1, FITS))).await?;
        let none = cluster.versioned(None).await?;
        let client = court.client(&cluster, 1).await?;
        client.wait_for_instances(2, None).await?;
        assert_eq!(answered(&client).await?, ids(&[&same, &none]));
        // Nor does a caller without a contract.
        let client = court.client_with(&cluster, ClientOptions::default()).await?;
        client.wait_for_instances(2, None).await?;
        assert_eq!(answered(&client).await?, ids(&[&same, &none]));
        assert!(court.disputes().is_empty());
        Ok(())
    })
}

#[test]
fn without_a_judge_every_contract_is_compatible() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let other = cluster.versioned(Some(contract(2, BREAKS))).await?;
        let options = ClientOptions {
            contract: Some(hash(1)),
            ..ClientOptions::default()
        };
        let client = cluster.client_with(1, options).await?;
        assert_eq!(answered(&client).await?, ids(&[&other]));
        Ok(())
    })
}

#[test]
fn a_compatible_skew_works_and_is_judged_once() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::open();
        let old = cluster.versioned(Some(contract(1, FITS))).await?;
        let new = cluster.versioned(Some(contract(2, FITS))).await?;
        let newer = cluster.versioned(Some(contract(2, FITS))).await?;
        let mut clients = Vec::new();
        // Clients of one runtime and of another one of the same process.
        for runtime in [court.runtime(&cluster)?, court.runtime(&cluster)?] {
            for _ in 0..5 {
                let options = ClientOptions {
                    contract: Some(hash(1)),
                    ..ClientOptions::default()
                };
                let client = runtime.endpoint(crate::support::PATH)?.client(options).await?;
                stands(&client, &new, Standing::Compatible).await;
                stands(&client, &newer, Standing::Compatible).await;
                assert_eq!(answered(&client).await?, ids(&[&old, &new, &newer]));
                clients.push(client);
            }
        }
        let disputes = court.disputes();
        assert_eq!(disputes.len(), 1, "{disputes:?}");
        assert_eq!((disputes[0].ours, disputes[0].theirs), (hash(1), hash(2)));
        assert_eq!(
            (&*disputes[0].document, disputes[0].path.as_str()),
            (FITS, crate::support::PATH)
        );
        // The other direction is a question of its own.
        let client = court.client(&cluster, 2).await?;
        stands(&client, &old, Standing::Compatible).await;
        assert_eq!(court.disputes().len(), 1);
        Ok(())
    })
}

#[test]
fn incompatible_instances_get_no_calls_until_one_returns_that_fits() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::open();
        let old = cluster.versioned(Some(contract(1, FITS))).await?;
        let new = cluster.versioned(Some(contract(3, BREAKS))).await?;
        let client = court.client(&cluster, 1).await?;
        stands(&client, &new, Standing::Incompatible).await;
        assert_eq!(answered(&client).await?, ids(&[&old]));
        let error = failure(&client, Router::Direct(new.instance_id())).await;
        assert_eq!(error.code, ErrorCode::VersionMismatch);

        old.shut_down(None).await;
        until(|| client.workers().len() == 1).await;
        for router in ROUTERS {
            let error = failure(&client, router).await;
            assert_eq!(error.code, ErrorCode::VersionMismatch);
            assert_eq!(error.instance, Some(new.instance_id().to_string()));
            for part in [
                crate::support::PATH,
                &new.instance_id().to_string(),
                REASON,
                "and 1 more",
            ] {
                assert!(error.message.contains(part), "{part}: {}", error.message);
            }
            let details: serde_json::Value = error.details.and_then(|facts| facts.read().ok()).unwrap_or_default();
            assert_eq!(details["callerContract"], hash(1).to_string());
            assert_eq!(details["serviceContract"], hash(3).to_string());
            assert_eq!(details["breaks"], serde_json::json!([REASON, "another"]));
        }
        let patience = Some(Duration::from_millis(20));
        let waited = client.wait_for_instances(1, patience).await;
        assert_eq!(code(waited), Some(ErrorCode::VersionMismatch));

        let back = cluster.versioned(Some(contract(1, FITS))).await?;
        client.wait_for_instances(1, None).await?;
        assert_eq!(answered(&client).await?, ids(&[&back]));
        assert_eq!(court.disputes().len(), 1);
        Ok(())
    })
}

#[test]
fn a_patient_call_waits_for_an_instance_that_fits() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::open();
        let new = cluster.versioned(Some(contract(3, BREAKS))).await?;
        let patient = |wait| ClientOptions {
            contract: Some(hash(1)),
            wait,
            ..ClientOptions::default()
        };
        let client = court.client_with(&cluster, patient(Duration::from_secs(30))).await?;
        stands(&client, &new, Standing::Incompatible).await;
        let calls: Vec<_> = (0..5).map(|_| client.generate(text("?"), options())).collect();
        let old = cluster.versioned(Some(contract(1, FITS))).await?;
        for call in calls {
            assert_eq!(read(&call.one().await?), old.instance_id().to_string());
        }
        old.shut_down(None).await;
        let client = court.client_with(&cluster, patient(Duration::from_millis(20))).await?;
        stands(&client, &new, Standing::Incompatible).await;
        let error = failure(&client, Router::RoundRobin).await;
        assert_eq!(error.code, ErrorCode::VersionMismatch, "{}", error.message);
        Ok(())
    })
}

#[test]
fn while_a_contract_is_judged_calls_go_to_those_that_are_known() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::closed();
        let old = cluster.versioned(Some(contract(1, FITS))).await?;
        let new = cluster.versioned(Some(contract(2, FITS))).await?;
        let client = court.client(&cluster, 1).await?;
        client.wait_for_instances(2, None).await?;
        court.dispute().await;
        stands(&client, &new, Standing::Pending).await;
        assert_eq!(answered(&client).await?, ids(&[&old]));
        court.let_judge();
        stands(&client, &new, Standing::Compatible).await;
        assert_eq!(answered(&client).await?, ids(&[&old, &new]));
        Ok(())
    })
}

#[test]
fn a_call_that_has_nobody_else_waits_for_the_verdict() -> Result<()> {
    on_both_planes(|on| async move {
        for (document, expected) in [(FITS, None), (BREAKS, Some(ErrorCode::VersionMismatch))] {
            let cluster = Cluster::new(on);
            let court = Court::closed();
            let new = cluster.versioned(Some(contract(2, document))).await?;
            let client = court.client(&cluster, 1).await?;
            client.wait_for_instances(1, None).await?;
            let routers = [Router::RoundRobin, Router::Direct(new.instance_id())];
            let calls = routers.map(|router| client.call(text("?"), router, options()));
            court.dispute().await;
            // Their own time counts meanwhile, and closing ends the wait.
            let deadline = Some(Instant::now() + Duration::from_millis(20));
            let late = client.generate(text("?"), CallOptions { deadline, ..options() });
            assert_eq!(code(late.one().await), Some(ErrorCode::DeadlineExceeded));
            let other = court.client(&cluster, 1).await?;
            other.wait_for_instances(1, None).await?;
            let closed = other.generate(text("?"), options());
            other.close();
            assert_eq!(code(closed.one().await), Some(ErrorCode::ShuttingDown));
            court.let_judge();
            for call in calls {
                assert_eq!(code(call.one().await), expected);
            }
        }
        Ok(())
    })
}

#[test]
fn without_a_verdict_an_instance_is_used_after_all_others_and_judged_again() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::open();
        let odd = cluster.versioned(Some(contract(2, UNREADABLE))).await?;
        let client = court.client(&cluster, 1).await?;
        stands(&client, &odd, Standing::Unknown).await;
        assert_eq!(answered(&client).await?, ids(&[&odd]));
        let old = cluster.versioned(Some(contract(1, FITS))).await?;
        client.wait_for_instances(2, None).await?;
        assert_eq!(answered(&client).await?, ids(&[&old]));
        court.dispute().await;
        // The next round comes by itself.
        assert_eq!(court.dispute().await.theirs, hash(2));
        Ok(())
    })
}

#[test]
fn an_instance_that_appears_later_can_bring_the_verdict() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::open();
        let odd = cluster.versioned(Some(contract(2, UNREADABLE))).await?;
        let client = court.client(&cluster, 1).await?;
        stands(&client, &odd, Standing::Unknown).await;
        // The same contract: what it says holds for both.
        let good = cluster.versioned(Some(contract(2, BREAKS))).await?;
        stands(&client, &good, Standing::Incompatible).await;
        stands(&client, &odd, Standing::Incompatible).await;
        Ok(())
    })
}

#[test]
fn a_record_that_changes_is_judged_anew() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::open();
        let worker = cluster.versioned(Some(contract(3, BREAKS))).await?;
        let client = court.client(&cluster, 1).await?;
        stands(&client, &worker, Standing::Incompatible).await;
        let path = worker.endpoint(crate::support::PATH)?;
        let discovery = worker.discovery();
        let record = client.instances()[0].as_ref().clone();
        for (changed, standing) in [
            (Some(hash(1).to_string()), Standing::Compatible),
            (Some(hash(3).to_string()), Standing::Incompatible),
            (None, Standing::Compatible),
        ] {
            let mut record = record.clone();
            if let Some(stator) = &mut record.stator {
                stator.contract = changed;
            }
            discovery.register(record).await?;
            stands(&client, &worker, standing).await;
        }
        assert_eq!(path.path().to_string(), crate::support::PATH);
        assert_eq!(court.disputes().len(), 1);
        Ok(())
    })
}

#[test]
fn a_runtime_that_ends_leaves_no_call_waiting() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let court = Court::closed();
        let _new = cluster.versioned(Some(contract(2, FITS))).await?;
        let runtime = court.runtime(&cluster)?;
        let options = ClientOptions {
            contract: Some(hash(1)),
            ..ClientOptions::default()
        };
        let client = runtime.endpoint(crate::support::PATH)?.client(options).await?;
        client.wait_for_instances(1, None).await?;
        let call = client.generate(text("?"), CallOptions::default());
        court.dispute().await;
        runtime.shut_down(None).await;
        assert_eq!(code(call.one().await), Some(ErrorCode::ShuttingDown));
        Ok(())
    })
}
