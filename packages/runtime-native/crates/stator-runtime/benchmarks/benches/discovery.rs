//! What a client does when one instance comes and goes, beside those that stay.

use criterion::{Criterion, criterion_group, criterion_main};
use stator_runtime::{Error, ErrorCode, Result, client::Client, client::Router, discovery::MemoryDiscovery};
use stator_runtime_benchmarks::{Cluster, put, take, tokio};

async fn watched(count: usize) -> Result<(Cluster, Client, MemoryDiscovery)> {
    let mut cluster = Cluster::default();
    cluster.register(count).await?;
    let client = cluster.client(count, Router::RoundRobin).await?;
    let visitor = cluster.visitor()?;
    Ok((cluster, client, visitor))
}

/// One comes and goes; the client has seen both.
async fn visit(client: &Client, visitor: &MemoryDiscovery) -> Result<()> {
    let mut changes = client.changes();
    let over = |_| Error::new(ErrorCode::ShuttingDown, "the client is closed");
    put(visitor).await?;
    changes.changed().await.map_err(over)?;
    take(visitor).await?;
    changes.changed().await.map_err(over)
}

fn differences(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("discovery");
    for count in [1, 100, 1000] {
        let tokio = tokio();
        // What is dropped here may look for it.
        let _entered = tokio.enter();
        match tokio.block_on(watched(count)) {
            Ok((_cluster, client, visitor)) => {
                group.bench_function(format!("one comes and goes beside {count}"), |bencher| {
                    bencher.iter(|| {
                        if let Err(error) = tokio.block_on(visit(&client, &visitor)) {
                            panic!("{error}");
                        }
                    });
                });
            }
            Err(error) => panic!("{error}"),
        }
    }
    group.finish();
}

criterion_group!(benches, differences);
criterion_main!(benches);
