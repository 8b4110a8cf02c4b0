//! What endpoints are called in NATS.
//!
//! The original's workers listen on a subject whose first part is made a slug of, and advertise one where it is not: where
//! the two differ, its own callers do not reach them. Ours listen on what they advertise, and callers try both.

use async_nats::Subject;
use smallvec::SmallVec;

/// The workers of one endpoint and id share their requests: nearly always it is one.
pub const QUEUE_GROUP: &str = "q";

/// The subject of one of our endpoints, as the original writes it: `{namespace}_{component}.{endpoint}-{id:x}`.
pub fn endpoint_subject(instance: u64, [namespace, component, endpoint]: [&str; 3]) -> String {
    format!("{namespace}_{component}.{endpoint}-{instance:x}")
}

/// The subjects on which a worker may listen whose record names this one, the likelier first. The error is the middle of
/// a sentence.
pub fn subjects(recorded: &str) -> Result<SmallVec<[Subject; 2]>, String> {
    let is_whole = |part: &str| !part.is_empty() && !part.contains(['*', '>']);
    let is_plain = recorded.len() <= MAX_SUBJECT && !recorded.contains(|c: char| c.is_whitespace() || c.is_control());
    if !is_plain || !recorded.split('.').all(is_whole) {
        let shown: String = recorded.chars().take(64).collect();
        return Err(format!("its NATS subject {shown:?} is none"));
    }
    let mut subjects = SmallVec::new();
    subjects.push(Subject::from(recorded));
    if let Some((service, endpoint)) = recorded.rsplit_once('.') {
        let slug = slug(service);
        if slug != service && !slug.is_empty() {
            subjects.push(Subject::from(format!("{slug}.{endpoint}")));
        }
    }
    Ok(subjects)
}

/// Longer is no subject of an endpoint.
const MAX_SUBJECT: usize = 1024;

/// As the original does it: lower case, an underscore for every other character, none of them at the start.
fn slug(text: &str) -> String {
    let slug: String = text
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'a'..='z' | '0'..='9' | '-' | '_' => c,
            _ => '_',
        })
        .collect();
    slug.trim_start_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(recorded: &str) -> Vec<String> {
        let subjects = subjects(recorded).unwrap_or_default();
        subjects.iter().map(|subject| subject.to_string()).collect()
    }

    #[test]
    fn a_plain_name_is_its_own_slug() {
        let subject = endpoint_subject(0x7d7b_a206_8017_0407, ["hello_world", "backend", "generate"]);
        assert_eq!(subject, "hello_world_backend.generate-7d7ba20680170407");
        assert_eq!(all(&subject), [subject]);
    }

    #[test]
    fn capitals_dots_and_underscores_at_the_start_have_two() {
        for (recorded, other) in [
            ("Hello_Worker.Run-1f", "hello_worker.Run-1f"),
            ("_hello_worker.run-1f", "hello_worker.run-1f"),
            ("my.space_worker.run-1f", "my_space_worker.run-1f"),
            ("größer_worker.run-1f", "gr__er_worker.run-1f"),
        ] {
            assert_eq!(all(recorded), [recorded, other]);
        }
    }

    #[test]
    fn what_is_no_subject_is_refused() {
        let long = "x".repeat(2000);
        for wrong in ["", ".", "a..b", "a.*", ">", "a b.c", "a.b\r\nPUB x 0", long.as_str()] {
            assert!(subjects(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(all("lonely"), ["lonely"]);
    }
}
