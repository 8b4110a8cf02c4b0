use super::{effort::Effort, misfits::find_misfits, side::Side};
use crate::unjudged::Result;

/// What goes wrong when a caller calls a service that was built with another document, one sentence each; none when they
/// understand each other.
pub(crate) fn caller_breaks(caller: &Side<'_>, service: &Side<'_>) -> Result<Vec<String>> {
    if caller.kind != service.kind {
        return Ok(vec![format!(
            "the caller expects a {} endpoint, the service has a {} one",
            caller.kind, service.kind
        )]);
    }
    let mut breaks = message_breaks(caller, service)?;
    // One that only one side declares is seen as an error with a code that is new.
    if let (Some(known), Some(declared)) = (caller.error_name(), service.error_name())
        && known != declared
    {
        breaks.push(format!(
            "the caller knows the error {known}, the service declares {declared}"
        ));
    }
    if caller.is_idempotent && !service.is_idempotent {
        breaks.push("the caller may repeat a call that the service must not run twice".to_owned());
    }
    Ok(breaks)
}

/// Which messages the two do not understand of each other. The caller writes requests, and reads responses and declared
/// errors.
fn message_breaks(caller: &Side<'_>, service: &Side<'_>) -> Result<Vec<String>> {
    let mut effort = Effort::new();
    let (ours, theirs) = (caller.model, service.model);
    let mut sentences = Vec::new();
    let mut say = |part: &str, misfits: Vec<super::misfits::Misfit>| {
        sentences.extend(misfits.into_iter().map(|misfit| {
            let space = if misfit.path.is_empty() { "" } else { " " };
            format!("{part}{space}{}: {}", misfit.path, misfit.reason)
        }));
    };
    say(
        "request",
        find_misfits(ours, &caller.input, theirs, &service.input, &mut effort)?,
    );
    say(
        "response",
        find_misfits(theirs, &service.output, ours, &caller.output, &mut effort)?,
    );
    if let (Some(known), Some(declared)) = (&caller.error, &service.error)
        && caller.error_name() == service.error_name()
    {
        say("error", find_misfits(theirs, declared, ours, known, &mut effort)?);
    }
    Ok(sentences)
}
