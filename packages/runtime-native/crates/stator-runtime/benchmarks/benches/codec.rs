//! Bytes and values: frames, opens, and JSON to msgpack and back.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use stator_runtime::{
    dynamo::value::{Style, from_json, to_json},
    wire::{
        frame::{self, HEADER, Header, Kind},
        open::{self, Open},
    },
};
use stator_runtime_benchmarks::{ECHO, TOKEN};

fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec");
    let mut out = Vec::with_capacity(64 * 1024);
    group.bench_function("write 100 frames of a token", |bencher| {
        bencher.iter(|| {
            out.clear();
            for stream in 0..100 {
                frame::put(&mut out, Kind::Data, 0, black_box(stream), TOKEN.as_bytes());
            }
            out.len()
        });
    });
    let written = out.clone();
    group.bench_function("read the headers of 100 frames", |bencher| {
        bencher.iter(|| {
            let mut rest = black_box(&written[..]);
            let mut sum = 0;
            while let Some((head, behind)) = rest.split_first_chunk::<HEADER>() {
                let header = Header::parse(head);
                sum += header.stream;
                rest = &behind[usize::from(header.length)..];
            }
            sum
        });
    });
    let metadata = vec![(
        "traceparent".to_owned(),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
    )];
    let call = Open {
        path: "bench.worker.run",
        id: "",
        request_stream: false,
        timeout_ms: Some(30_000),
        metadata: &metadata,
        contract: None,
        instance: Some(7_587_892_347_892_347),
    };
    group.bench_function("write the head of a call", |bencher| {
        bencher.iter(|| {
            out.clear();
            open::encode(&mut out, black_box(&call)).is_ok()
        });
    });
    let head = out.clone();
    group.bench_function("read the head of a call", |bencher| {
        bencher.iter(|| open::decode(black_box(&head)).is_some());
    });
    let mut packed = Vec::new();
    group.bench_function("JSON of 64 characters to msgpack", |bencher| {
        bencher.iter(|| {
            packed.clear();
            from_json(black_box(ECHO), &mut packed).is_ok()
        });
    });
    group.bench_function("and back", |bencher| {
        bencher.iter(|| {
            out.clear();
            to_json(&mut black_box(&packed[..]), &mut out, Style::Exact).is_ok()
        });
    });
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
