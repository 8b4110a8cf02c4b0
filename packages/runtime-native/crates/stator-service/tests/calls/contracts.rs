//! With which contract calls are made and served, and what follows where that is not the same one.

use std::{sync::Arc, time::Duration};

use stator_contract::Document;
use stator_runtime::{
    client::{CallOptions, ClientOptions},
    discovery::BoxFuture,
    identity::{ContractHash, ContractJudge, Dispute, Verdict},
    payload::Payload,
};
use stator_service::{Error, ErrorCode, Failure, Result};
use tokio::sync::mpsc;

use super::{
    newer,
    support::{Cluster, KindsClient, KindsContract, words},
};

/// Takes note of what it is asked, and lets everything pass.
struct Judge(mpsc::UnboundedSender<Dispute>);

impl ContractJudge for Judge {
    fn judge(&self, dispute: Dispute) -> BoxFuture<'static, Result<Verdict>> {
        let _ = self.0.send(dispute);
        Box::pin(async { Ok(Verdict::Compatible) })
    }
}

fn document() -> Result<Document> {
    Document::of_service::<KindsContract>().map_err(|problems| Error::new(ErrorCode::Internal, problems.join("\n")))
}

/// The hash of an endpoint as it travels.
fn hash_of(document: &Document, name: &str) -> Option<String> {
    let mut endpoints = document.services.iter().flat_map(|service| &service.endpoints);
    let endpoint = endpoints.find(|endpoint| endpoint.name == name)?;
    endpoint.hash.get(..32).map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_says_with_which_contract_it_calls() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let said = client.who(words("contract")).await.map_err(Failure::into_error)?;
    assert_eq!(Some(said.text), hash_of(&document()?, "who"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_with_another_contract_can_judge_that_of_a_service() -> Result<()> {
    let cluster = Cluster::new();
    let (worker, _events) = cluster.serve(None).await?;
    let caller = cluster.runtime()?;
    let (asked, mut disputes) = mpsc::unbounded_channel();
    caller.judge_contracts(Arc::new(Judge(asked)), Arc::default());
    let options = ClientOptions {
        contract: Some(ContractHash::from_bytes([7; ContractHash::BYTES])),
        ..ClientOptions::default()
    };
    let raw = caller.endpoint("test.kinds.one")?.client(options).await?;
    raw.wait_for_instances(1, Some(Duration::from_secs(10))).await?;

    let document = document()?;
    let own = hash_of(&document, "one").unwrap_or_default();
    let dispute = disputes.recv().await.map(|dispute| {
        let Dispute {
            theirs,
            path,
            instance,
            document,
            ..
        } = dispute;
        (theirs.to_string(), path, instance, document.to_string())
    });
    let text = serde_json::to_string(&document).unwrap_or_default();
    let expected = (own.clone(), "test.kinds.one".to_owned(), worker.instance_id(), text);
    assert_eq!(dispute, Some(expected));

    // It fits as far as anybody knows; where a request does not, the likely reason is said.
    let answer = raw.generate(Payload::text(r#"{"text":7}"#), CallOptions::default());
    let message = answer.one().await.err().map(|error| error.message).unwrap_or_default();
    let reason = format!(
        "(the caller was built with another contract, 07070707, than this service, {})",
        &own[..8]
    );
    assert!(
        message.starts_with("test.kinds.one: text: ") && message.ends_with(&reason),
        "{message}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_compares_its_contract_with_that_of_a_newer_service() -> Result<()> {
    let cluster = Cluster::new();
    let worker = cluster.runtime()?;
    newer::KindsContract::serve(newer::Service).register(&worker).await?;
    let caller = cluster.runtime()?;

    // What fits just works.
    let wait = Duration::from_secs(10);
    let patient = ClientOptions {
        wait,
        ..ClientOptions::default()
    };
    let client = KindsClient::connect_with(&caller, patient).await?;
    let answer = client.who(words("newer")).await.map_err(Failure::into_error)?;
    assert_eq!(answer, words("newer 0"));

    // What does not is not even tried.
    let client = KindsClient::connect(&caller).await?;
    let failure = client.one(words("a")).await.err();
    let failed = failure.map(|failure| (failure.code(), failure.error().message.clone()));
    let (code, message) = failed.unwrap_or((ErrorCode::Internal, "it has an answer".to_owned()));
    assert_eq!(code, ErrorCode::VersionMismatch, "{message}");
    let reason = "request text: the reader takes a length of at most 32, the writer sends up to 64";
    assert!(
        message.contains(reason) && message.contains(&worker.instance_id().to_string()),
        "{message}"
    );
    Ok(())
}
