//! What calls leave behind: nothing.

use crate::support::{Cluster, On, PATH, on_both_planes, text, until};
use stator_runtime::{Result, client::CallOptions, payload::Payload, runtime::ServeOptions};

const CALLS: usize = 100_000;
const AT_ONCE: usize = 200;

#[test]
fn a_hundred_thousand_calls_leave_nothing() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, served) = cluster
            .worker(ServeOptions::default(), |call| async move {
                match call.next().await? {
                    Some(request) => call.send(request).await,
                    None => Ok(()),
                }
            })
            .await?;
        let caller = cluster.runtime()?;
        let client = caller.endpoint(PATH)?.client(Default::default()).await?;
        client.wait_for_instances(1, None).await?;
        let lanes: Vec<_> = (0..AT_ONCE)
            .map(|lane| {
                let client = client.clone();
                tokio::spawn(async move {
                    for number in 0..CALLS / AT_ONCE {
                        let request = text(&format!("{lane} {number}"));
                        let call = client.generate(request.clone(), CallOptions::default());
                        assert_eq!(call.one().await?, request);
                    }
                    Result::Ok(())
                })
            })
            .collect();
        for lane in lanes {
            lane.await.unwrap_or_else(|error| panic!("{error}"))?;
        }
        until(|| worker.running_calls() == 0 && served.running_calls() == 0).await;
        assert_eq!(client.workers()[0].open_calls(), 0);
        for runtime in [&caller, &worker] {
            let connections = runtime.connections();
            // On the original's wire each call has one of its own, which ends with it.
            assert_eq!(connections.len(), usize::from(!matches!(on, On::Dynamo)));
            for connection in &connections {
                until(|| connection.open_calls() == 0).await;
            }
        }
        Ok(())
    })
}

#[test]
fn clients_that_come_and_go_leave_no_connections() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(1).await?;
        let caller = cluster.runtime()?;
        for _ in 0..100 {
            let client = caller.endpoint(PATH)?.client(Default::default()).await?;
            client.wait_for_instances(1, None).await?;
            client
                .generate(text(crate::support::NAME), CallOptions::default())
                .one()
                .await?;
        }
        // The last one may be on its way out.
        until(|| workers[0].connections().is_empty() && caller.connections().is_empty()).await;
        Ok(())
    })
}

#[test]
fn a_burst_of_calls_and_bytes_leaves_nothing() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _served) = cluster
            .worker(ServeOptions::default(), |call| async move {
                match call.next().await? {
                    Some(request) => call.send(request).await,
                    None => Ok(()),
                }
            })
            .await?;
        let client = cluster.client(1).await?;
        let request = Payload::bytes(vec![7; 10_000]);
        let calls: Vec<_> = (0..5_000)
            .map(|_| client.generate(request.clone(), CallOptions::default()))
            .collect();
        for call in calls {
            assert_eq!(call.one().await?, request);
        }
        until(|| worker.running_calls() == 0).await;
        assert_eq!(client.workers()[0].open_calls(), 0);
        Ok(())
    })
}
