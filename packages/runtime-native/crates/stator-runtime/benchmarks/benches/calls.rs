//! Calls from Rust to Rust in one process: the multiplexer on both sides, and the choice of an instance.

use criterion::{Criterion, criterion_group, criterion_main};
use futures::future::join_all;
use stator_runtime::{
    Result,
    client::{CallOptions, Client, Router},
    payload::Payload,
};
use stator_runtime_benchmarks::{Cluster, ECHO, tokio};

const ITEMS: usize = 1000;

async fn echo(client: &Client) -> usize {
    let response = client.generate(Payload::text(ECHO), CallOptions::default());
    match response.one().await {
        Ok(answer) => answer.data.len(),
        Err(error) => panic!("{error}"),
    }
}

async fn stream(client: &Client) -> Result<usize> {
    let mut response = client.generate(Payload::text(ECHO), CallOptions::default());
    let mut items = 0;
    while response.next().await?.is_some() {
        items += 1;
    }
    assert_eq!(items, ITEMS);
    Ok(items)
}

/// Instances that do that, and a client that knows them.
async fn served(count: usize, items: usize, router: Router) -> Result<(Cluster, Client)> {
    let mut cluster = Cluster::default();
    cluster.serve(count, items).await?;
    let client = cluster.client(count, router).await?;
    Ok((cluster, client))
}

fn multiplexer(criterion: &mut Criterion) {
    let tokio = tokio();
    // What is dropped here may look for it.
    let _entered = tokio.enter();
    let mut group = criterion.benchmark_group("mux");
    match tokio.block_on(served(1, 0, Router::RoundRobin)) {
        Ok((_cluster, client)) => {
            group.bench_function("a call", |bencher| bencher.iter(|| tokio.block_on(echo(&client))));
            group.bench_function("64 calls at once", |bencher| {
                bencher.iter(|| tokio.block_on(join_all((0..64).map(|_| echo(&client)))));
            });
        }
        Err(error) => panic!("{error}"),
    }
    match tokio.block_on(served(1, ITEMS, Router::RoundRobin)) {
        Ok((_cluster, client)) => {
            group.bench_function("a stream of 1,000 items", |bencher| {
                bencher.iter(|| tokio.block_on(stream(&client)));
            });
        }
        Err(error) => panic!("{error}"),
    }
    group.finish();
}

fn routers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("router");
    for (name, router) in [
        ("round-robin", Router::RoundRobin),
        ("p2c", Router::TwoChoices),
        ("least-loaded", Router::LeastLoaded),
    ] {
        for count in [1, 100, 1000] {
            let tokio = tokio();
            // What is dropped here may look for it.
            let _entered = tokio.enter();
            match tokio.block_on(served(count, 0, router)) {
                Ok((_cluster, client)) => {
                    // All are connected to before it counts.
                    tokio.block_on(async {
                        for _ in 0..4 * count {
                            echo(&client).await;
                        }
                    });
                    group.bench_function(format!("a call, {name} over {count}"), |bencher| {
                        bencher.iter(|| tokio.block_on(echo(&client)));
                    });
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    group.finish();
}

criterion_group!(benches, multiplexer, routers);
criterion_main!(benches);
